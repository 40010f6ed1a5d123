import type Database from 'better-sqlite3';
import { UserError } from '../../core/errors.js';
import { withQuery } from '../../experiment/query.js';
import { queryRows, type Rows } from '../../experiment/rows.js';
import { formatRowsAsCsv, formatRowsAsJson, formatRowsAsTable } from '../../report/format-rows.js';
import { formatRowsAsParquet } from '../../report/parquet-rows.js';
import { type Streams, widthOf } from '../streams.js';

/** How rows are printed. */
export type RowFormat = 'table' | 'json' | 'csv' | 'parquet';

/** Where rows go. */
export interface RowTarget {
  readonly format: RowFormat;
  readonly out: Streams['out'];
  /** Columns whose text is JSON, which becomes a part of JSON. */
  readonly embedded?: readonly string[];
}

/**
 * Prints what a query gives.
 *
 * @param db opened for reading only, so that SQLite itself refuses what slips through the check here
 * @throws UserError if the SQL is wrong, is several statements, or would write
 */
export async function printQuery(db: Database.Database, sql: string, target: RowTarget): Promise<void> {
  await printRows(withQuery(db, sql, 'runs query', queryRows), target);
}

/**
 * Prints rows in a format.
 *
 * @throws UserError for bytes that would go to a terminal
 */
export async function printRows(rows: Rows, { format, out, embedded = [] }: RowTarget): Promise<void> {
  if (format === 'parquet' && out.isTTY) {
    throw new UserError(
      'runs: --parquet: expected a file for it, found a terminal. Put one behind: > rows.parquet, or use runs export.',
    );
  }
  out.write(await formatRows(rows, format, { width: widthOf(out), embedded }));
}

/** @throws UserError for rows that the format cannot have */
export async function formatRows(
  rows: Rows,
  format: RowFormat,
  { width, embedded = [] }: { readonly width?: number } & Pick<RowTarget, 'embedded'>,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'table':
      return formatRowsAsTable(rows, width);
    case 'parquet':
      return formatRowsAsParquet(rows);
    case 'json':
      return formatRowsAsJson(rows, embedded);
    case 'csv':
      return formatRowsAsCsv(rows);
  }
}
