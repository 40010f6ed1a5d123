import type { RunGroup } from '../../runs/groups.js';
import type { RunModel } from '../../runs/run-model.js';

/** Runs that an address can hold, and that curves can be drawn of. */
export const MOST_SELECTED = 200;

/** Which row was clicked, and for a range from which one on. */
interface Choice {
  readonly row: number;
  readonly from: number | null;
}

/** Where a run's row is now, however rows have been sorted since; -1 if it is not shown. */
export function findRow(rows: readonly RunGroup[], model: RunModel, run: number | null): number {
  const place = run === null ? undefined : model.placeOf(run);
  return place === undefined ? -1 : rows.findIndex(({ places }) => places.includes(place));
}

/** What is selected after a row's box was clicked: its runs in addition, or no longer; of a range all of them. */
export function chooseRuns(
  selected: ReadonlySet<number>,
  rows: readonly RunGroup[],
  model: RunModel,
  { row, from }: Choice,
): number[] {
  if (from !== null && from !== row) {
    const range = rows.slice(Math.min(from, row), Math.max(from, row) + 1);
    return limit([...selected, ...listRuns(range, model)]);
  }
  const clicked = listRuns(rows.slice(row, row + 1), model);
  const isOn = clicked.every((run) => selected.has(run));
  return isOn ? [...selected].filter((run) => !clicked.includes(run)) : limit([...selected, ...clicked]);
}

/** The same of the box above all rows, which are as many as can be selected. */
export function turnRuns(
  selected: ReadonlySet<number>,
  rows: readonly RunGroup[],
  model: RunModel,
): number[] {
  const all = listRuns(rows.slice(0, MOST_SELECTED), model);
  return all.every((run) => selected.has(run)) || selected.size >= MOST_SELECTED ? [] : limit(all);
}

function listRuns(rows: readonly RunGroup[], { runs }: RunModel): number[] {
  return rows.flatMap(({ places }) => places.map((place) => runs[place]!));
}

function limit(runs: readonly number[]): number[] {
  return [...new Set(runs)].slice(0, MOST_SELECTED);
}
