import type Database from 'better-sqlite3';
import { UserError } from '../../core/errors.js';
import { withQuery } from '../../experiment/query.js';
import type { Cell, Rows } from '../../experiment/rows.js';
import { formatRowsAsCsv, formatRowsAsJson } from '../../report/format-rows.js';
import type { SqlAnswer, SqlRequest } from '../answers/sql.js';
import { checkProgram } from './check-program.js';

/** A reader does not go through more on a page. */
export const MAX_TABLE_ROWS = 2_000;
/** Of a file; the command line has no such limit. */
export const MAX_FILE_ROWS = 100_000;
const MAX_BYTES = 32_000_000;
/** Of a text in a table. */
const MAX_CELL_LENGTH = 10_000;

/**
 * Answers a question in SQL, if it reads nothing but what is documented.
 *
 * @param db opened for reading only
 * @returns the table, or the text of a file
 * @throws UserError for SQL that is wrong or not allowed, or a file that would be too large
 */
export function answerQuery(db: Database.Database, { sql, format }: SqlRequest): SqlAnswer | string {
  // Sorting goes to memory, which is watched, and not to the disk.
  db.pragma('temp_store = MEMORY');
  const most = format === 'table' ? MAX_TABLE_ROWS : MAX_FILE_ROWS;
  const startMs = performance.now();
  const { rows, isCut } = db.transaction(() => {
    checkProgram(db, sql);
    return withQuery(db, sql, 'sql', (statement) => readRows(statement, most));
  })();
  const seconds = (performance.now() - startMs) / 1000;
  if (format === 'table')
    return { titles: rows.titles, rows: rows.rows.map((row) => row.map(showCell)), isCut, seconds };
  if (isCut) {
    throw new UserError(
      `sql: expected at most ${MAX_FILE_ROWS} rows and ${MAX_BYTES} bytes for a file, found more. Add a LIMIT, or use the command runs query.`,
    );
  }
  return format === 'csv' ? formatRowsAsCsv(rows) : formatRowsAsJson(rows);
}

function readRows(
  statement: Database.Statement,
  most: number,
): { readonly rows: Rows; readonly isCut: boolean } {
  const titles = statement.columns().map(({ name }) => name);
  const rows: Cell[][] = [];
  let bytes = 0;
  let isCut = false;
  for (const row of statement.safeIntegers(true).raw(true).iterate() as IterableIterator<Cell[]>) {
    bytes += row.reduce<number>((sum, cell) => sum + sizeOf(cell), 0);
    isCut = rows.length === most || (bytes > MAX_BYTES && rows.length > 0);
    if (isCut) break;
    rows.push(row);
  }
  return { rows: { titles, rows }, isCut };
}

/** About what it takes in an answer. */
function sizeOf(cell: Cell): number {
  if (typeof cell === 'string') return cell.length;
  return cell instanceof Uint8Array ? 2 * cell.length : 8;
}

function showCell(cell: Cell): string | number | null {
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : String(cell);
  if (cell instanceof Uint8Array)
    return cutText(Buffer.from(cell.subarray(0, MAX_CELL_LENGTH)).toString('hex'), 2 * cell.length);
  return cell === null ? null : cutText(cell, cell.length);
}

function cutText(text: string, length: number): string {
  return length <= MAX_CELL_LENGTH ? text : `${text.slice(0, MAX_CELL_LENGTH)} … (${length} characters)`;
}
