import type { CellValue, RunColumn } from '../../../src/dashboard/run-rows.js';

/** A column of the table with its cells, one a run. */
export interface Column extends Omit<RunColumn, 'varies'> {
  varies: boolean;
  readonly cells: CellValue[];
}

/** Columns that the server tells apart from the others: every run has a number and a state. */
export const RUN = 'run';
export const STATE = 'state';

/** A cell of a column of numbers; NaN where there is none. */
export function readNumber(value: CellValue | undefined): number {
  // Infinities come as text.
  return value === null || value === undefined || value === '' ? Number.NaN : Number(value);
}
