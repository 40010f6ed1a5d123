/** What one cell of the table of runs holds. A number that is not finite is text: `Infinity`. */
export type CellValue = number | string | null;

/** A column of the table of runs. */
export interface RunColumn {
  /** As a filter writes it: a column of the view `all_runs`, or where a field of the spec is: `learningRate.rate`. */
  readonly name: string;
  /** As a reader is told it: `test error %`. */
  readonly label: string;
  readonly kind: 'number' | 'text' | 'time';
  /** Measured in training, a field of the resolved spec, or what is recorded beside. */
  readonly source: 'metric' | 'field' | 'record';
  /** Whether it differs among the runs. */
  readonly varies: boolean;
}

/** Runs in any state, by columns. All lists are equally long. */
export interface RunColumns {
  readonly runs: number[];
  readonly states: string[];
  /** Runs whose data are equal, and whose specs differ in nothing but the seed, have one number here: that of the first of them. */
  readonly groups: number[];
  readonly values: Map<string, CellValue[]>;
}

/** A run in any state. */
export interface RunRow {
  readonly run: number;
  readonly state: string;
  readonly group: number;
  /** By the names of columns. */
  readonly values: Readonly<Record<string, CellValue>>;
}

/** Turns columns into rows. */
export function listRows({ runs, states, groups, values }: RunColumns): RunRow[] {
  const columns = [...values];
  return runs.map((run, i) => ({
    run,
    state: states[i]!,
    group: groups[i]!,
    values: Object.fromEntries(columns.map(([name, column]) => [name, column[i] ?? null])),
  }));
}
