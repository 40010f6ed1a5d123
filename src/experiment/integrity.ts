import Database from 'better-sqlite3';
import { withDatabaseErrors } from './database-errors.js';

/** What SQLite finds wrong with a database, a line each: damaged pages, indices that disagree with their tables, rows without their parents. */
export function findDamage(db: Database.Database): string[] {
  return withDatabaseErrors(db.name, () => {
    try {
      const pages = db.pragma('integrity_check') as { integrity_check: string }[];
      const orphans = db.pragma('foreign_key_check') as {
        table: string;
        rowid: number | null;
        parent: string;
      }[];
      return [
        ...pages.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
        ...orphans.map(
          ({ table, rowid, parent }) =>
            `${rowid === null ? 'a row' : `row ${rowid}`} of ${table} has no row in ${parent}`,
        ),
      ];
    } catch (error) {
      // Damage may be such that SQLite gives up in the middle of its check.
      if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT'))
        return [error.message];
      throw error;
    }
  });
}
