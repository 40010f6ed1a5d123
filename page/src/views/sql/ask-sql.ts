import type { SqlAnswer, SqlRequest } from '../../../../src/dashboard/answers/sql.js';
import { send, sendForFile } from '../../lib/api.js';

/** Asks for a table. */
export function askTable(sql: string, signal: AbortSignal): Promise<SqlAnswer> {
  return send<SqlAnswer>('sql', { sql, format: 'table' } satisfies SqlRequest, {}, { signal });
}

/** Asks for all rows, and hands them to the reader as a file. */
export async function saveRows(sql: string, format: 'csv' | 'json'): Promise<void> {
  const rows = await sendForFile('sql', { sql, format } satisfies SqlRequest);
  const url = URL.createObjectURL(rows);
  const link = document.createElement('a');
  link.href = url;
  link.download = `rows.${format}`;
  link.click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
