import { useState } from 'preact/hooks';
import type { GridField } from '../../../../src/dashboard/grid/fields.js';
import type { Setting } from '../../../../src/dashboard/grid/settings.js';
import { isWithin, parseBrushes } from '../../chart/brush.js';
import { formatLevel, makeFieldAxis } from '../../chart/field-axis.js';
import { useAddress } from '../../lib/router.js';
import { DataTable } from '../../parts/data-table.js';
import { RunName } from '../../parts/run-name.js';
import { formatMeasure, type ShownMeasure } from './measure.js';

interface SettingsTableProps {
  readonly settings: readonly Setting[];
  readonly fields: readonly GridField[];
  readonly measure: ShownMeasure;
}

const AT_ONCE = 30;
/** Of a setting; more seeds are told by their number. */
const MOST_NAMES = 5;

/** What the charts show, in numbers; of brushed axes what passes them. */
export function SettingsTable({ settings, fields, measure }: SettingsTableProps) {
  const [shown, setShown] = useState(AT_ONCE);
  const brushes = parseBrushes(useAddress().params.brush);
  const axes = [
    ...fields.map(makeFieldAxis),
    makeFieldAxis({
      name: 'result',
      label: measure.label,
      kind: 'number',
      levels: settings.map(({ mean }) => mean),
    }),
  ];
  const placeOf =
    ({ values, mean }: Setting) =>
    (name: string) => {
      const axis = axes.find((candidate) => candidate.name === name);
      return axis ? axis.place(name === 'result' ? mean : (values[name] ?? null)) : 0;
    };
  const format = (value: number) => formatMeasure(value, measure);
  const chosen = settings.filter((setting) => isWithin(brushes, placeOf(setting)));
  return (
    <>
      <DataTable
        caption={
          chosen.length < settings.length
            ? `${chosen.length} of ${settings.length} settings, those that pass the brushed axes`
            : settings.length === 1
              ? 'One setting'
              : `${settings.length} settings`
        }
        columns={[
          ...fields.map(({ label, kind }) => ({
            title: label,
            align: kind === 'number' ? ('right' as const) : ('left' as const),
          })),
          { title: measure.label, align: 'right' },
          { title: '± sd', align: 'right' },
          { title: '95% interval', align: 'right' },
          { title: 'n', align: 'right' },
          { title: 'runs' },
        ]}
        rows={chosen.slice(0, shown).map(({ values, mean, deviation, interval, runs }) => [
          ...fields.map(({ name }) => formatLevel(values[name] ?? null)),
          format(mean),
          deviation === null ? '–' : format(deviation),
          interval ? `${format(interval.low)} to ${format(interval.high)}` : '–',
          runs.length,
          <span key="runs" class="together">
            {runs.slice(0, MOST_NAMES).map((run) => (
              <>
                <RunName key={run} run={run} />{' '}
              </>
            ))}
            {runs.length > MOST_NAMES && `and ${runs.length - MOST_NAMES} more`}
          </span>,
        ])}
      />
      {chosen.length > shown && (
        <button type="button" onClick={() => setShown(shown * 4)}>
          Show more ({chosen.length - shown} left)
        </button>
      )}
    </>
  );
}
