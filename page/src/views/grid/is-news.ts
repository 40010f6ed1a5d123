import type { GridAnswer } from '../../../../src/dashboard/answers/grid.js';
import type { RunRow } from '../../../../src/dashboard/run-rows.js';

/** A grid as it is shown. */
export interface ShownGrid extends Pick<GridAnswer, 'sweep' | 'settings'> {
  /** Those that were chosen; null for all of the sweep. */
  readonly chosen: readonly number[] | null;
}

/** Whether a change makes it another grid: a run of it has come to its end, is under way again, was removed or restored. */
export function isNews(
  { sweep, settings, chosen }: ShownGrid,
  { rows = [], runs: gone = [] }: { readonly rows?: readonly RunRow[]; readonly runs?: readonly number[] },
): boolean {
  const shown = new Set(settings.flatMap(({ runs }) => runs));
  const isMeant = ({ run, values }: RunRow) =>
    (sweep === null || values.sweep === sweep) && (chosen === null || chosen.includes(run));
  return (
    gone.some((run) => shown.has(run)) ||
    rows.some((row) => isMeant(row) && (row.state === 'done') !== shown.has(row.run))
  );
}
