import { hrefTo } from '../../lib/router.js';
import { runColour } from '../../lib/run-colour.js';
import { useStore } from '../../lib/store.js';
import { isDark } from '../../lib/theme.js';
import { formatCell, formatSpread, NOTHING } from '../../runs/format-cell.js';
import { DASHES } from './chart-options.js';
import type { ImageSet, Quantity } from './curve-state.js';
import { readAt } from './read-at.js';
import type { Series } from './series.js';

interface ValueTableProps {
  readonly series: readonly Series[];
  readonly quantity: Quantity;
  /** Where the reader points; null for the end of each curve. */
  readonly x: number | null;
  readonly xLabel: string;
  readonly nameOf: (run: number) => string;
}

/** Which line is which, and the values of all of them where the reader points. */
export function ValueTable({ series, quantity, x, xLabel, nameOf }: ValueTableProps) {
  const sets = [...new Set(series.map(({ set }) => set))];
  const runs = [...new Set(series.map(({ run }) => run))];
  const isBand = series.some(({ counts }) => counts !== null);
  return (
    <div class="values">
      <table>
        <caption>
          {quantity.label} {x === null ? 'at the end' : `at ${xLabel} ${Number(x.toPrecision(6))}`}
          {isBand && ': mean ± sd'}
          {series.some(({ raw }) => raw !== null) && ' (smoothed)'}
        </caption>
        <thead>
          <tr>
            <th scope="col">{isBand ? 'runs' : 'run'}</th>
            {sets.map((set) => (
              <th key={set} scope="col" class="number">
                <Line colour="currentColor" set={set} /> {set}
              </th>
            ))}
            {isBand && (
              <th scope="col" class="number">
                n
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <ValueRow
              key={run}
              run={run}
              sets={sets}
              series={series.filter((each) => each.run === run)}
              quantity={quantity}
              x={x}
              name={nameOf(run)}
              isBand={isBand}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ colour, set }: { readonly colour: string; readonly set: ImageSet }) {
  return (
    <svg width="24" height="10" aria-hidden="true">
      <line
        x1="1"
        y1="5"
        x2="23"
        y2="5"
        stroke={colour}
        stroke-width="2.4"
        stroke-dasharray={DASHES[set].join(' ')}
      />
    </svg>
  );
}

interface ValueRowProps extends Pick<ValueTableProps, 'quantity' | 'x'> {
  readonly run: number;
  readonly sets: readonly ImageSet[];
  /** Of this run, or these. */
  readonly series: readonly Series[];
  readonly name: string;
  readonly isBand: boolean;
}

function ValueRow({ run, sets, series, quantity, x, name, isBand }: ValueRowProps) {
  const colour = runColour(run, useStore(isDark));
  const { runs } = series[0]!;
  const counts = series.map((each) => each.counts?.[readAt(each, x) ?? -1] ?? 0);
  return (
    <tr>
      <th scope="row">
        <span class="swatch" style={{ background: colour }} aria-hidden="true" />
        <a href={hrefTo('run', String(run))}>{runs.length > 1 ? tellRuns(runs) : run}</a> {name}
      </th>
      {sets.map((set) => (
        <td key={set} class="number">
          {tellValue(
            series.find((each) => each.set === set),
            quantity,
            x,
          )}
        </td>
      ))}
      {isBand && <td class="number">{Math.max(...counts)}</td>}
    </tr>
  );
}

function tellRuns(runs: readonly number[]): string {
  const isRow = runs.every((run, i) => run === runs[0]! + i);
  return isRow ? `${runs[0]}–${runs.at(-1)}` : `${runs[0]} and ${runs.length - 1} more`;
}

/** As it was measured, and smoothed if the line is; of several runs the mean with its deviation. */
function tellValue(series: Series | undefined, quantity: Quantity, x: number | null): string {
  const place = series ? readAt(series, x) : null;
  if (series === undefined || place === null) return NOTHING;
  const metric = { name: quantity.metrics[series.set]!, kind: 'number', source: 'metric' } as const;
  const { raw, ys, upper, counts } = series;
  const measured = (raw ?? ys)[place]!;
  const smoothed = raw ? ` (${formatCell(metric, ys[place])})` : '';
  if (counts === null) return `${formatCell(metric, measured)}${smoothed}`;
  const deviation = upper?.[place] == null ? null : upper[place]! - measured;
  return `${formatSpread(metric, { mean: measured, deviation })}${smoothed}`;
}
