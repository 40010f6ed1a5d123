import Database from 'better-sqlite3';
import { UserError } from '../../core/errors.js';
import { explainDatabaseError } from '../../experiment/database-errors.js';
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
export function formatQuery(db: Database.Database, sql: string, format: RowFormat, width?: number): string {
  return formatRows(runQuery(db, sql), format, width);
}

/** Prints rows in a format. */
export function formatRows(rows: Rows, format: RowFormat, width?: number): string {
  switch (format) {
    case 'table':
      return formatRowsAsTable(rows, width);
    case 'json':
      return formatRowsAsJson(rows);
    case 'csv':
      return formatRowsAsCsv(rows);
  }
}

function runQuery(db: Database.Database, sql: string): Rows {
  try {
    const statement = db.prepare(sql);
    if (!statement.reader || !statement.readonly) {
      throw new UserError(
        'runs query: expected a statement that reads, found one that writes or gives no rows. Begin with SELECT.',
      );
    }
    return queryRows(statement);
  } catch (error) {
    const explained = explainDatabaseError(error, db.name);
    if (explained instanceof UserError) throw explained;
    // RangeError: no statement, or several. Missing parameters (`?`) are a RangeError as well.
    if (error instanceof Database.SqliteError || error instanceof RangeError) {
      throw new UserError(`runs query: ${error.message.replace(/\.$/, '')}. The SQL was: ${sql}`);
    }
    throw error;
  }
}
