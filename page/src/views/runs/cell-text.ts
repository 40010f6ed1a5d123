import { type Column, RUN, readNumber, STATE } from '../../runs/column.js';
import { formatCell, formatSpread, NOTHING } from '../../runs/format-cell.js';
import { type RunGroup, spreadOf } from '../../runs/groups.js';
import type { RunModel } from '../../runs/run-model.js';

/** Values that a cell of several runs lists; of more it tells the first and the last, or how many there are. */
const LISTED = 3;

/** What the row of one run shows in a column. */
export function tellRun(place: number, column: Column, model: RunModel): string {
  if (column.name === STATE) return `${model.states[place]}${tellProgress(place, model)}`;
  return formatCell(column, column.cells[place]);
}

/** How many epochs of how many a run has done that is not done: ` 3/20`. */
export function tellProgress(place: number, { states, columns }: RunModel): string {
  const asked = columns.get('epochs')?.cells[place];
  if (states[place] === 'done' || asked === undefined) return '';
  return ` ${columns.get('completed_epochs')?.cells[place] ?? 0}/${asked}`;
}

/** What the row of a group shows in a column: means of metrics, else the values that its runs have. */
export function tellGroup(group: RunGroup, column: Column, model: RunModel): string {
  if (column.name === RUN) return `${group.places.length} runs`;
  if (column.name === STATE) return tellStates(group, model);
  if (column.source === 'metric') {
    const spread = spreadOf(group, column);
    return spread === null ? NOTHING : formatSpread(column, spread);
  }
  const values = listValues(group, column).map((value) => formatCell(column, value));
  if (values.length <= LISTED) return values.join(', ');
  return column.kind === 'number' ? `${values[0]} … ${values.at(-1)}` : `${values.length} values`;
}

function listValues({ places }: RunGroup, { cells, kind }: Column) {
  const distinct = [...new Set(places.map((place) => cells[place] ?? null))];
  return kind === 'number' ? distinct.sort((a, b) => readNumber(a) - readNumber(b)) : distinct;
}

/** `n = 4; 1 diverged`: those that count, and those that do not yet, or never will. */
export function tellStates({ places, finished }: RunGroup, { states }: RunModel): string {
  const others = new Map<string, number>();
  for (const place of places) {
    const state = states[place]!;
    if (state !== 'done') others.set(state, (others.get(state) ?? 0) + 1);
  }
  return [`n = ${finished.length}`, ...[...others].map(([state, number]) => `${number} ${state}`)].join('; ');
}
