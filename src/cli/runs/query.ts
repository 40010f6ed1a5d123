import type Database from 'better-sqlite3';
import { withQuery } from '../../experiment/query.js';
import { queryRows, type Rows } from '../../experiment/rows.js';
import { formatRowsAsCsv, formatRowsAsJson, formatRowsAsTable } from '../../report/format-rows.js';

/** How rows are printed. */
export type RowFormat = 'table' | 'json' | 'csv';

/**
 * Prints what a query gives.
 *
 * @param db opened for reading only, so that SQLite itself refuses what slips through the check here
 * @throws UserError if the SQL is wrong, is several statements, or would write
 */
export function formatQuery(db: Database.Database, sql: string, format: RowFormat): string {
  return formatRows(withQuery(db, sql, 'runs query', queryRows), format);
}

/** Prints rows in a format. */
export function formatRows(rows: Rows, format: RowFormat): string {
  switch (format) {
    case 'table':
      return formatRowsAsTable(rows);
    case 'json':
      return formatRowsAsJson(rows);
    case 'csv':
      return formatRowsAsCsv(rows);
  }
}
