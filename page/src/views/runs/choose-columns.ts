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

/** Whether a column is shown as long as nobody says otherwise: fields that vary between runs, and what most readers look for. */
function isUsual(column: Column): boolean {
  const { name, source, varies } = column;
  if (name === RUN || name === STATE) return true;
  if (name === 'label' || name === 'sweep') return varies;
  if (source === 'field') return varies && !TOLD_BY_LABEL.has(name);
  return USUAL.has(name) && column.cells.some((cell) => cell !== null);
}

/** The columns that a table shows, the pinned ones first: number and state, fields, then what was measured, as the server orders each. */
export function chooseColumns(
  columns: ReadonlyMap<string, Column>,
  { pinned, hidden, shown }: Pick<TableState, 'pinned' | 'hidden' | 'shown'>,
): Column[] {
  const all = [...columns.values()];
  const isShown = (column: Column) =>
    shown.includes(column.name) || (isUsual(column) && !hidden.includes(column.name));
  const rank = ({ name, source }: Column) => {
    if (name === RUN) return 0;
    if (name === STATE) return 1;
    if (pinned.includes(name)) return 2;
    if (name === 'label' || name === 'sweep') return 3;
    return source === 'field' ? 4 : 5;
  };
  return all
    .filter((column) => isShown(column) || pinned.includes(column.name))
    .sort((a, b) => rank(a) - rank(b));
}
