import Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { explainDatabaseError } from './database-errors.js';

/**
 * Prepares a statement that reads, and does something with it.
 *
 * @param db better opened for reading only, so that SQLite itself refuses what slips through the check here
 * @param where in messages
 * @throws UserError if the SQL is wrong, is several statements, would write, or has other parameters than it is given
 */
export function withQuery<T>(
  db: Database.Database,
  sql: string,
  where: string,
  action: (statement: Database.Statement) => T,
): T {
  try {
    const statement = db.prepare(sql);
    if (!statement.reader || !statement.readonly) {
      throw new UserError(
        `${where}: expected a statement that reads, found one that writes or gives no rows. Begin with SELECT.`,
      );
    }
    return action(statement);
  } catch (error) {
    throw explainQueryError(error, db.name, sql, where);
  }
}

function explainQueryError(error: unknown, file: string, sql: string, where: string): unknown {
  const explained = explainDatabaseError(error, file);
  // RangeError: no statement, several, or missing parameters (`?`); TypeError: parameters that SQLite cannot take.
  const isOfStatement =
    error instanceof Database.SqliteError || error instanceof RangeError || error instanceof TypeError;
  if (explained instanceof UserError || !isOfStatement) return explained;
  return new UserError(`${where}: ${error.message.replace(/\.$/, '')}. The SQL was: ${sql}`);
}
