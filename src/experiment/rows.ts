import type Database from 'better-sqlite3';

/** What SQLite gives for one cell; integers as bigint, so that none loses digits. */
export type Cell = null | number | bigint | string | Uint8Array;

/** What a query gives. */
export interface Rows {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Runs a statement that reads. Columns may have equal names, so rows are arrays. */
export function queryRows(statement: Database.Statement, parameters: readonly unknown[] = []): Rows {
  const titles = statement.columns().map((column) => column.name);
  const rows = statement
    .safeIntegers(true)
    .raw(true)
    .all(...parameters) as Cell[][];
  return { titles, rows };
}
