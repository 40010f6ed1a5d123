import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { checkLocalFileSystem } from './file-system.js';
import { checkSchema, migrate } from './schema.js';
import { BUSY_TIMEOUT_MS, retryWhileBusy } from './transaction.js';

/**
 * Opens the experiments' database for writing, makes it and its folder where they are missing, and brings it up to
 * this program's schema.
 *
 * @throws UserError if the file is read-only, on a network file system, not an SQLite database, another program's, or of a newer schema
 */
export function openDatabase(file: string): Database.Database {
  if (file !== ':memory:') checkLocalFileSystem(file);
  makeFolder(file);
  return open(file, { timeout: BUSY_TIMEOUT_MS }, (db) => {
    migrate(db, file);
    db.pragma('journal_mode = WAL');
    // A recorded epoch survives a power cut; there are only a few commits a second.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    // An SQLite file that may not be written opens without complaint; a write lock tells.
    db.transaction(() => {}).immediate();
  });
}

/**
 * Opens an existing database for reading only; SQLite itself refuses every write.
 *
 * @throws UserError if there is no such file or it is not a database of Convoy's with this program's schema
 */
export function openDatabaseReadOnly(file: string): Database.Database {
  if (!existsSync(file)) {
    throw new UserError(
      `${file}: there is no such database. Sweeps record into one; name it with --db FILE.`,
    );
  }
  return open(file, { timeout: BUSY_TIMEOUT_MS, readonly: true }, (db) => checkSchema(db, file));
}

function open(
  file: string,
  options: Database.Options,
  prepare: (db: Database.Database) => void,
): Database.Database {
  return retryWhileBusy(file, () => {
    const db = new Database(file, options);
    try {
      prepare(db);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  });
}

function makeFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw new UserError(
      `${file}: cannot make its folder (${(error as Error).message}). Give another file with --db.`,
    );
  }
}
