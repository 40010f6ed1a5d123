import type { Answer } from '../answer.js';
import { RECORDED_COLUMNS } from '../run-columns.js';
import type { CellValue, RunColumn, RunColumns } from '../run-rows.js';

/** All kept runs of a database in any state, in the order in which they were begun. All lists are equally long. */
export interface RunsAnswer {
  /** For `/api/events?since=`: what changes after this answer. */
  readonly version: string;
  readonly columns: readonly RunColumn[];
  readonly runs: readonly number[];
  readonly states: readonly string[];
  /** Runs whose data are equal, and whose specs differ in nothing but the seed, have one number here: that of the first of them. */
  readonly groups: readonly number[];
  /** By the names of the columns. */
  readonly values: Readonly<Record<string, readonly CellValue[]>>;
}

/** All runs. */
export const RUNS: Answer = {
  path: 'runs',
  answer: ({ database }) => {
    const version = database.version();
    return database.read((_, table) => arrangeRuns(version, table.read(table.listRuns())));
  },
};

/** Names the columns of runs: those that are recorded and hold something, and every field that a spec has. */
export function arrangeRuns(version: string, { runs, states, groups, values }: RunColumns): RunsAnswer {
  const columns = [...values].flatMap(([name, cells]): RunColumn[] => {
    const recorded = RECORDED_COLUMNS.find((column) => column.name === name);
    if (recorded === undefined) return [describeField(name, cells)];
    const { sql, ...column } = recorded;
    return cells.some((value) => value !== null) ? [{ ...column, varies: doesVary(cells) }] : [];
  });
  const told = Object.fromEntries(columns.map(({ name }) => [name, values.get(name)!]));
  return { version, columns, runs, states, groups, values: told };
}

function describeField(name: string, cells: readonly CellValue[]): RunColumn {
  const isNumber = cells.every((value) => value === null || typeof value === 'number');
  return {
    name,
    label: titleField(name),
    kind: isNumber ? 'number' : 'text',
    source: 'field',
    varies: doesVary(cells),
  };
}

/** `learningRate.warmupEpochs` -> `learning rate: warmup epochs` */
function titleField(name: string): string {
  if (name === 'learningRate.rate') return 'learning rate';
  return name.replace(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('.', ': ');
}

function doesVary(cells: readonly CellValue[]): boolean {
  return cells.some((value) => value !== cells[0]);
}
