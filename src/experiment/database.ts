import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { checkRegular } from '../core/regular-file.js';
import { withDatabaseErrors } from './database-errors.js';
import { checkLocalFileSystem, findFileSystem, isNetworkFileSystem } from './file-system.js';
import { openCopy } from './read-only-copy.js';
import { checkSchema, migrate } from './schema.js';
import { BUSY_TIMEOUT_MS, retryWhileBusy } from './transaction.js';

/**
 * Opens the experiments' database for writing, makes it and its folder where they are missing, and brings it up to
 * this program's schema.
 *
 * @param longestWaitMs like that of `openToRead`, and of what the connection does later on
 * @throws UserError if the file is read-only, on a network file system, not an SQLite database, another program's, or of a newer schema
 */
export function openDatabase(file: string, longestWaitMs?: number): Database.Database {
  if (file !== ':memory:') checkLocalFileSystem(file);
  refusePipe(file);
  makeFolder(file);
  const prepare = (db: Database.Database) => {
    migrate(db, file);
    db.pragma('journal_mode = WAL');
    // A recorded epoch survives a power cut; there are only a few commits a second.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    // An SQLite file that may not be written opens without complaint; a write lock tells.
    db.transaction(() => {}).immediate();
  };
  return open(file, { timeout: boundTimeout(longestWaitMs) }, prepare, longestWaitMs);
}

/** A database that is read. */
export interface ReadDatabase {
  readonly db: Database.Database;
  /** Whether it is a copy of the file as that was: no change shows in it. */
  readonly isCopy: boolean;
}

/**
 * Opens an existing database for reading only; SQLite itself refuses every write. Where it cannot be read in its place, on a read-only medium or
 * a network disk, a copy of it is read.
 *
 * @throws UserError if there is no such file or it is not a database of Convoy's with this program's schema
 */
export function openDatabaseReadOnly(file: string): Database.Database {
  return openToRead(file).db;
}

/**
 * Likewise, for who reads it for long.
 *
 * @param longestWaitMs for other processes that are in the way; nothing else happens in this process meanwhile. Default: half a minute
 * @throws UserError like `openDatabaseReadOnly`
 */
export function openToRead(file: string, longestWaitMs?: number): ReadDatabase {
  requireDatabase(file);
  const place = findFileSystem(file);
  if (place !== null && isNetworkFileSystem(place)) return copy(file);
  try {
    const options = { timeout: boundTimeout(longestWaitMs), readonly: true };
    return { db: open(file, options, (db) => checkSchema(db, file), longestWaitMs), isCopy: false };
  } catch (error) {
    // Shared memory that cannot be made, an older schema that cannot be brought up to date: neither hinders a copy.
    if (isWritable(dirname(file))) throw error;
    return copy(file);
  }
}

function copy(file: string): ReadDatabase {
  return { db: withDatabaseErrors(file, () => openCopy(file)), isCopy: true };
}

function boundTimeout(longestWaitMs = BUSY_TIMEOUT_MS): number {
  return Math.min(BUSY_TIMEOUT_MS, longestWaitMs);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * For who changes what is recorded and should make no new database.
 *
 * @throws UserError if there is no such file
 */
export function requireDatabase(file: string): void {
  refusePipe(file);
  if (existsSync(file)) return;
  throw new UserError(`${file}: there is no such database. Sweeps record into one; name it with --db FILE.`);
}

/** Opening a named pipe would wait for somebody to write to it. Of a folder SQLite says what it is. */
function refusePipe(file: string): void {
  const stats = existsSync(file) ? statSync(file) : null;
  if (stats && !stats.isDirectory()) checkRegular(stats, file, 'a database');
}

function open(
  file: string,
  options: Database.Options,
  prepare: (db: Database.Database) => void,
  longestWaitMs?: number,
): Database.Database {
  const openOnce = () => {
    const db = new Database(file, options);
    try {
      prepare(db);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  };
  return retryWhileBusy(file, openOnce, longestWaitMs);
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
