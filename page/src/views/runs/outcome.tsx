import type { Column } from '../../runs/column.js';
import { formatCell, formatSpread } from '../../runs/format-cell.js';
import { type Grouping, type RunGroup, spreadOf, valuesOf } from '../../runs/groups.js';
import type { RunModel } from '../../runs/run-model.js';
import { tellStates } from './cell-text.js';
import { isGreaterBetter, type TableRows } from './table-rows.js';

/** Differences that are less probable by chance are told as such. */
const LEVEL = 0.05;

interface OutcomeProps {
  readonly table: TableRows;
  readonly model: RunModel;
  readonly grouping: Grouping | null;
}

/** Which group is the best, and whether that may be chance, in a sentence. */
export function Outcome({ table, model, grouping }: OutcomeProps) {
  const { measure, comparisons } = table;
  const best = [...comparisons].find(([, { isBest }]) => isBest)?.[0];
  if (grouping === null || measure === null || best === undefined) return null;
  const others = [...comparisons.values()].filter(({ isBest }) => !isBest);
  const told = others.filter(({ p }) => p !== null);
  const worse = told.filter(({ p }) => p! < LEVEL).length;
  const spread = spreadOf(best, measure)!;
  const lone = findBetterAlone(table, measure, spread.mean);
  return (
    <p class="outcome">
      {isGreaterBetter(measure) ? 'Greatest' : 'Least'} mean {measure.label} of the groups with two or more
      finished runs: <strong>{nameGroup(best, table, model, grouping)}</strong> with{' '}
      {formatSpread(measure, spread)} ({tellStates(best, model)}).{' '}
      {lone !== null && (
        <>
          {nameGroup(lone, table, model, grouping)} has {formatSpread(measure, spreadOf(lone, measure)!)},
          which is better, but of a single run (n = 1): no test can tell whether by chance.{' '}
        </>
      )}
      {told.length > 0 && (
        <>
          Of {told.length.toLocaleString('en-US')} other {told.length === 1 ? 'group' : 'groups'},{' '}
          {worse.toLocaleString('en-US')} {worse === 1 ? 'is' : 'are'} significantly worse
          {told.length > worse && `, ${(told.length - worse).toLocaleString('en-US')} cannot be told from it`}{' '}
          (Welch’s t test, corrected by Holm for all pairs of groups, p &lt; {LEVEL}).{' '}
        </>
      )}
      {grouping !== 'seeds' && 'A group holds runs that differ in other fields, too.'}
    </p>
  );
}

/** Of the groups with a single finished run the best, if it is better than the best of the others. */
function findBetterAlone({ rows }: TableRows, measure: Column, best: number): RunGroup | null {
  const sign = isGreaterBetter(measure) ? -1 : 1;
  let [found, least]: [RunGroup | null, number] = [null, sign * best];
  for (const group of rows) {
    const values = valuesOf(group, measure);
    if (values.length !== 1 || sign * values[0]! >= least) continue;
    [found, least] = [group, sign * values[0]!];
  }
  return found;
}

/** What a group has in common that others have otherwise: `SK-0.8, learning rate 0.01`. */
function nameGroup({ places }: RunGroup, table: TableRows, model: RunModel, grouping: Grouping): string {
  const { columns } = model;
  const label = columns.get('label');
  const tell = (column: Column) => `${column.label} ${formatCell(column, column.cells[places[0]!])}`;
  if (grouping !== 'seeds')
    return grouping
      .flatMap((name) => columns.get(name) ?? [])
      .map(tell)
      .join(', ');
  const fields = [...columns.values()].filter(
    (column) =>
      column.source === 'field' &&
      table.places.some((place) => column.cells[place] !== column.cells[table.places[0]!]) &&
      column.name !== 'seed' &&
      !(label && isToldBy(label, column)),
  );
  return [...(label ? [String(label.cells[places[0]!])] : []), ...fields.map(tell)].join(', ');
}

/** Whether runs that are equal in one column are so in the other. */
function isToldBy(label: Column, { cells }: Column): boolean {
  const told = new Map<unknown, unknown>();
  return cells.every((value, place) => {
    const key = label.cells[place];
    if (!told.has(key)) told.set(key, value);
    return told.get(key) === value;
  });
}
