import { hrefTo } from '../../lib/router.js';
import { runColour } from '../../lib/run-colour.js';
import { useStore } from '../../lib/store.js';
import { isDark } from '../../lib/theme.js';
import { type Column, RUN, STATE } from '../../runs/column.js';
import { formatP, NOTHING } from '../../runs/format-cell.js';
import type { Comparison, RunGroup } from '../../runs/groups.js';
import type { RunModel } from '../../runs/run-model.js';
import { tellGroup, tellProgress, tellRun } from './cell-text.js';

interface RunRowProps {
  readonly row: RunGroup;
  /** In the table, from 0. */
  readonly number: number;
  readonly model: RunModel;
  readonly columns: readonly Column[];
  readonly offsets: readonly (number | undefined)[];
  /** See TableHead. */
  readonly compared: number;
  readonly comparison: Comparison | null;
  readonly isGrouped: boolean;
  readonly isCursor: boolean;
  readonly isSelected: boolean;
  readonly onSelect: (row: number, isRange: boolean) => void;
}

/** A run, or several of them. */
export function RunRow(props: RunRowProps) {
  const {
    row,
    number,
    model,
    columns,
    offsets,
    compared,
    comparison,
    isGrouped,
    isCursor,
    isSelected,
    onSelect,
  } = props;
  const run = model.runs[row.places[0]!]!;
  const state = isGrouped ? '' : model.states[row.places[0]!]!;
  const classes = ['row', state, isSelected ? 'selected' : '', comparison?.isBest ? 'best' : ''];
  return (
    <tr
      class={classes.join(' ')}
      aria-rowindex={number + 2}
      aria-current={isCursor || undefined}
      tabIndex={isCursor ? 0 : -1}
    >
      <td class="check">
        <input
          type="checkbox"
          aria-label={isGrouped ? `Select the group of run ${run}` : `Select run ${run}`}
          checked={isSelected}
          onClick={(event) => {
            // What is selected decides, not the click.
            event.preventDefault();
            onSelect(number, event.shiftKey);
          }}
        />
      </td>
      {columns.map((column, i) => [
        <td
          key={column.name}
          class={[column.kind === 'number' ? 'number' : '', offsets[i] === undefined ? '' : 'pinned'].join(
            ' ',
          )}
          style={offsets[i] === undefined ? {} : { left: `${offsets[i]}px` }}
        >
          {isGrouped ? (
            <Text text={tellGroup(row, column, model)} />
          ) : (
            <RunCell place={row.places[0]!} column={column} model={model} />
          )}
        </td>,
        i === compared && (
          <td key="p" class="number">
            {tellComparison(comparison)}
          </td>
        ),
      ])}
    </tr>
  );
}

function RunCell({
  place,
  column,
  model,
}: {
  readonly place: number;
  readonly column: Column;
  readonly model: RunModel;
}) {
  if (column.name === RUN) return <RunLink run={model.runs[place]!} />;
  if (column.name === STATE) {
    const state = model.states[place]!;
    return (
      <span class={`state ${state}`}>
        {state}
        <span class="progress">{tellProgress(place, model)}</span>
      </span>
    );
  }
  return <Text text={tellRun(place, column, model)} />;
}

function Text({ text }: { readonly text: string }) {
  return text === NOTHING ? <span class="nothing">{text}</span> : <span title={text}>{text}</span>;
}

function RunLink({ run }: { readonly run: number }) {
  const colour = runColour(run, useStore(isDark));
  return (
    <a href={hrefTo('run', String(run))}>
      <span class="swatch" style={{ background: colour }} aria-hidden="true" />
      {run}
    </a>
  );
}

function tellComparison(comparison: Comparison | null): string {
  if (comparison === null || (comparison.p === null && !comparison.isBest)) return NOTHING;
  return comparison.isBest ? 'best' : formatP(comparison.p!);
}
