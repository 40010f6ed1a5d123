import type { Column } from '../../runs/column.js';
import { type Comparison, compareWithBest, groupRuns, type RunGroup, spreadOf } from '../../runs/groups.js';
import type { RunModel } from '../../runs/run-model.js';
import type { RunTest } from './filter.js';
import { sortPlaces } from './sort.js';
import type { TableState } from './table-state.js';

/** By what groups are compared if the table is not sorted by another metric: the first that runs have. */
const MEASURES = [
  'test_error_percent',
  'test_rmse',
  'validation_error_percent',
  'validation_loss',
  'test_loss',
];

/** What the table shows. */
export interface TableRows {
  /** A group each; without grouping a group of one run. */
  readonly rows: readonly RunGroup[];
  /** Runs that pass the filter. */
  readonly runs: number;
  /** What groups are compared by; null without grouping. */
  readonly measure: Column | null;
  /** Of each row; none without grouping. */
  readonly comparisons: ReadonlyMap<RunGroup, Comparison>;
}

/** Filters, groups and sorts. */
export function arrangeRows(
  model: RunModel,
  test: RunTest,
  { sort, grouping }: Pick<TableState, 'sort' | 'grouping'>,
): TableRows {
  const places = model.runs.map((_, place) => place).filter(test);
  if (grouping === null) {
    const rows = sortPlaces(places, sort, model.columns).map((place) => ({
      places: [place],
      finished: [place],
    }));
    return { rows, runs: places.length, measure: null, comparisons: new Map() };
  }
  const groups = groupRuns(places, grouping, model);
  const measure = findMeasure(
    model,
    sort.map(({ name }) => name),
  );
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
    runs: places.length,
    measure,
    comparisons: new Map(told.map((comparison, i) => [groups[i]!, comparison])),
  };
}

export function isGreaterBetter({ name }: Pick<Column, 'name'>): boolean {
  return name.endsWith('_r2') || name === 'images_per_second';
}

function findMeasure({ columns }: RunModel, sorted: readonly string[]): Column | null {
  const isMeasure = (column: Column | undefined): column is Column =>
    column?.source === 'metric' && column.cells.some((cell) => cell !== null);
  return [...sorted, ...MEASURES].map((name) => columns.get(name)).find(isMeasure) ?? null;
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
