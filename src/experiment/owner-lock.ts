import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, realpathSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';

/** Of making a lock file and its folder while other processes tidy them away. */
const MAX_ATTEMPTS = 100;
/** One that tidies holds the lock for a moment. */
const TIDYING_TIMEOUT_MS = 1_000;

/**
 * A lock that lasts exactly as long as the process: a transaction on an empty SQLite file beside the database, which holds a POSIX lock. The
 * kernel frees it at the process's end, whatever that is; no pause, clock, host name or pid namespace touches it, and every container that
 * sees the folder sees the lock. Where such locks fail, the database's own fail as well.
 *
 * Nothing but SQLite may open the file: as a process closes any descriptor of a file, it loses its locks on it.
 */
export class OwnerLock {
  /** Those of this process: SQLite closes the file of a connection that is collected as garbage, and with it goes the lock. */
  private static readonly held = new Set<OwnerLock>();

  private constructor(
    private readonly folder: string,
    /** Of the file; never used again. */
    readonly name: string,
    private readonly connection: Database.Database,
  ) {
    OwnerLock.held.add(this);
  }

  /** @throws UserError if nothing can be written beside the database */
  static acquire(database: string): OwnerLock {
    const folder = findOwnersFolder(database);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const name = `${randomUUID()}.lock`;
      const file = join(folder, name);
      if (!makeEmptyFile(folder, file)) continue;
      const connection = lock(file, TIDYING_TIMEOUT_MS);
      // Between the two lines above, it may have been tidied away as one that nobody holds.
      if (connection !== null && existsSync(file)) return new OwnerLock(folder, name, connection);
      connection?.close();
    }
    throw new UserError(
      `${folder}: cannot hold a lock there. Look who removes its files, or give another file with --db.`,
    );
  }

  /**
   * Gives the lock back.
   *
   * @param keepsFile leaves the file, as that of a process that has ended
   */
  release(keepsFile: boolean): void {
    if (!keepsFile) removeFile(this.folder, this.name);
    this.connection.close();
    OwnerLock.held.delete(this);
  }
}

/** `experiments.db-owners`, beside the file itself where the database is a link. */
export function findOwnersFolder(database: string): string {
  return `${existsSync(database) ? realpathSync(database) : database}-owners`;
}

/** Asks whether the lock of a name is held, without ever taking it from anybody; `unknown` where it cannot be asked for. */
export function probeOwnerLock(database: string, name: string): 'held' | 'free' | 'unknown' {
  let connection: Database.Database | null = null;
  try {
    const file = join(findOwnersFolder(database), name);
    connection = new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
    connection.prepare('SELECT count(*) FROM sqlite_schema').get();
    return 'free';
  } catch (error) {
    return isBusy(error) ? 'held' : 'unknown';
  } finally {
    connection?.close();
  }
}

/** The names of the locks that nobody holds: of processes that have ended, or are about to lock a new file. */
export function listFreeLocks(database: string): string[] {
  return listFiles(findOwnersFolder(database)).filter((name) => probeOwnerLock(database, name) === 'free');
}

/** Removes those of some lock files that nobody holds. */
export function removeFreeLocks(database: string, names: readonly string[]): void {
  const folder = findOwnersFolder(database);
  for (const name of names) {
    // Held meanwhile, so that who is about to lock it finds out.
    const connection = lock(join(folder, name), 0);
    if (connection === null) continue;
    removeFile(folder, name);
    connection.close();
  }
}

/** Null if another process holds the lock or has removed the file. */
function lock(file: string, timeout: number): Database.Database | null {
  let connection: Database.Database | null = null;
  try {
    connection = new Database(file, { fileMustExist: true, timeout });
    // Otherwise a journal's file would lie beside it.
    connection.pragma('journal_mode = MEMORY');
    connection.exec('BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection?.close();
    if (isBusy(error) || !existsSync(file)) return null;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** @returns false if the folder was tidied away meanwhile */
function makeEmptyFile(folder: string, file: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new UserError(
      `${file}: cannot be written: ${explainFileError(error)}. Give another file with --db.`,
    );
  }
}

/** And the folder, if it was the last one. What cannot be removed is looked at again by the next process. */
function removeFile(folder: string, name: string): void {
  try {
    rmSync(join(folder, name), { force: true });
    rmdirSync(folder);
  } catch {}
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.lock'));
  } catch {
    return [];
  }
}
