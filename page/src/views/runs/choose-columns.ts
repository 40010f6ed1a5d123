import type { CellValue } from '../../../../src/dashboard/run-rows.js';
import { type Column, RUN, STATE } from '../../runs/column.js';
import type { TableState } from './table-state.js';

/** What a reader looks for first, where runs have it; beside the fields that vary. */
const USUAL = new Set([
  'test_error_percent',
  'best_test_error_percent',
  'test_rmse',
  'test_r2',
  'validation_error_percent',
  'validation_loss',
  'test_loss',
  'train_loss',
  'train_error_percent',
  'seconds',
  'note',
  'tags',
]);

/** Told by the network's name. */
const TOLD_BY_LABEL = new Set(['model']);

/** What the columns depend on beside the reader's choice. */
export interface ShownRuns {
  /** Of the runs that pass the filter. */
  readonly places: readonly number[];
  /** A measure, which stands before all that they differ in. */
  readonly leading: Column | null;
  /** Columns that the table is sorted or grouped by. */
  readonly used: readonly string[];
}

/** Columns that are shown as long as nobody says otherwise: fields that vary between the shown runs, and what most readers look for. */
function findUsual(all: readonly Column[], { places, leading, used }: ShownRuns): Set<Column> {
  const varies = ({ cells }: Column) => places.some((place) => cells[place] !== cells[places[0]!]);
  const fields = all.filter(
    (column) => column.source === 'field' && !TOLD_BY_LABEL.has(column.name) && varies(column),
  );
  // Of those that always change together the first tells all.
  const telling: Column[] = [];
  for (const field of fields) {
    if (!telling.some((other) => changeTogether(other, field, places))) telling.push(field);
  }
  const others = all.filter((column) => {
    const { name, source } = column;
    if (name === RUN || name === STATE || used.includes(name)) return true;
    if (name === 'label' || name === 'sweep') return varies(column);
    return (
      source !== 'field' &&
      (USUAL.has(name) || name === leading?.name) &&
      places.some((place) => column.cells[place] !== null)
    );
  });
  return new Set([...telling, ...others]);
}

/** Whether runs that are equal in one column are so in the other, and the other way round. */
function changeTogether(one: Column, other: Column, places: readonly number[]): boolean {
  const [there, back] = [new Map<CellValue, CellValue>(), new Map<CellValue, CellValue>()];
  return places.every((place) => {
    const [a, b] = [one.cells[place] ?? null, other.cells[place] ?? null];
    if (!there.has(a)) there.set(a, b);
    if (!back.has(b)) back.set(b, a);
    return there.get(a) === b && back.get(b) === a;
  });
}

/** The columns that a table shows: number and state, the pinned ones, the leading measure, fields, then what was measured, as the server orders each. */
export function chooseColumns(
  columns: ReadonlyMap<string, Column>,
  { pinned, hidden, shown }: Pick<TableState, 'pinned' | 'hidden' | 'shown'>,
  runs: ShownRuns,
): Column[] {
  const all = [...columns.values()];
  const usual = findUsual(all, runs);
  const isShown = (column: Column) =>
    shown.includes(column.name) || (usual.has(column) && !hidden.includes(column.name));
  const rank = ({ name, source }: Column) => {
    if (name === RUN) return 0;
    if (name === STATE) return 1;
    if (pinned.includes(name)) return 2;
    if (name === runs.leading?.name) return 3;
    if (name === 'label' || name === 'sweep') return 4;
    return source === 'field' ? 5 : 6;
  };
  return all
    .filter((column) => isShown(column) || pinned.includes(column.name))
    .sort((a, b) => rank(a) - rank(b));
}
