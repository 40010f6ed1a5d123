import { GRID_MEASURES } from '../../../../src/dashboard/grid/measures.js';
import { type Column, RUN } from '../../runs/column.js';
import { type Comparison, compareWithBest, groupRuns, type RunGroup, spreadOf } from '../../runs/groups.js';
import type { RunModel } from '../../runs/run-model.js';
import type { RunTest } from './filter.js';
import { type SortKey, sortPlaces } from './sort.js';
import type { TableState } from './table-state.js';

/** What the table shows. */
export interface TableRows {
  /** A group each; without grouping a group of one run. */
  readonly rows: readonly RunGroup[];
  /** Places of the runs that pass the filter. */
  readonly places: readonly number[];
  /** The measure that most of the runs have, which stands first however they are sorted. */
  readonly leading: Column | null;
  /** What groups are compared by: what the table is sorted by, if that is a measure, else the leading one. */
  readonly measure: Column | null;
  /** Of each row; none without grouping. */
  readonly comparisons: ReadonlyMap<RunGroup, Comparison>;
}

/** The newest first. */
const AS_AT_FIRST: readonly SortKey[] = [{ name: RUN, isDescending: true }];

/** Filters, groups and sorts. */
export function arrangeRows(
  model: RunModel,
  test: RunTest,
  { sort, grouping }: Pick<TableState, 'sort' | 'grouping'>,
): TableRows {
  const places = model.runs.map((_, place) => place).filter(test);
  const measures = listMeasures(model.columns, places);
  const leading = measures[0] ?? null;
  const measure =
    sort.flatMap(({ name }) => measures.find((column) => column.name === name) ?? [])[0] ?? leading;
  if (grouping === null) {
    const keys = sort.length === 0 ? AS_AT_FIRST : sort;
    const rows = sortPlaces(places, keys, model.columns).map((place) => ({
      places: [place],
      finished: [place],
    }));
    return { rows, places, leading, measure, comparisons: new Map() };
  }
  const groups = groupRuns(places, grouping, model);
  const told = measure === null ? [] : compareWithBest(groups, measure, isGreaterBetter(measure));
  const keys =
    sort.length === 0 && measure !== null
      ? [{ name: measure.name, isDescending: isGreaterBetter(measure) }]
      : sort;
  const columns = new Map(keys.flatMap(({ name }) => describeGroups(model.columns.get(name), groups)));
  return {
    rows: sortPlaces(
      groups.map((_, i) => i),
      keys,
      columns,
    ).map((i) => groups[i]!),
    places,
    leading,
    measure,
    comparisons: new Map(told.map((comparison, i) => [groups[i]!, comparison])),
  };
}

export function isGreaterBetter({ name }: Pick<Column, 'name'>): boolean {
  return GRID_MEASURES.find((measure) => measure.name === name)?.sign === -1;
}

/** Those that some of the runs have: what most have first, and of equals what a grid prefers. */
function listMeasures(columns: ReadonlyMap<string, Column>, places: readonly number[]): Column[] {
  const count = ({ cells }: Column) => places.filter((place) => cells[place] !== null).length;
  return GRID_MEASURES.flatMap(({ name }) => columns.get(name) ?? [])
    .map((column) => ({ column, runs: count(column) }))
    .filter(({ runs }) => runs > 0)
    .toSorted((a, b) => b.runs - a.runs)
    .map(({ column }) => column);
}

/** A column of groups, to sort them by: means of metrics, else what the first run of each has. */
function describeGroups(
  column: Column | undefined,
  groups: readonly RunGroup[],
): [string, Pick<Column, 'kind' | 'cells'>][] {
  if (column === undefined) return [];
  const cells = groups.map((group) => {
    if (column.source === 'metric') return spreadOf(group, column)?.mean ?? null;
    return column.cells[group.places[0]!] ?? null;
  });
  return [[column.name, { kind: column.kind, cells }]];
}
