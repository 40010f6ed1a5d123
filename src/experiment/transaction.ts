import Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { withDatabaseErrors } from './database-errors.js';

/** How long SQLite itself waits for another process's lock, where it does wait; our transactions take milliseconds. */
export const BUSY_TIMEOUT_MS = 5_000;
/** How long an action is tried again; a crowd of processes or a slow disk takes seconds. */
const LONGEST_WAIT_MS = 30_000;
const PAUSE_MS = { least: 5, most: 50 } as const;

/**
 * Calls `action` as one transaction that writes. It may be called again from its beginning.
 *
 * @throws UserError for what a user can mend, such as a full disk, or another program that holds the database for too long
 */
export function writeTransaction<T>(db: Database.Database, action: () => T): T {
  const transaction = db.transaction(action);
  return retryWhileBusy(db.name, () => transaction.immediate());
}

/**
 * Calls `action` again as long as other processes are in its way. SQLite waits by itself for most locks, but not where that could be a
 * deadlock, nor for long.
 *
 * @throws UserError for what a user can mend
 */
export function retryWhileBusy<T>(file: string, action: () => T, longestWaitMs = LONGEST_WAIT_MS): T {
  const startMs = performance.now();
  for (;;) {
    try {
      return withDatabaseErrors(file, action);
    } catch (error) {
      if (!isBusy(error) || performance.now() - startMs > longestWaitMs) throw error;
      pause(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least));
    }
  }
}

/** Whether an error says that another process is in the way: with a lock, while it recovers the log, or since it was too quick too often. */
export function isBusy(error: unknown): boolean {
  const cause = error instanceof UserError ? error.cause : error;
  return cause instanceof Database.SqliteError && /^SQLITE_(?:BUSY|PROTOCOL)/.test(cause.code);
}

/** SQLite's interface is synchronous, and so is the wait for it. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
