import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { isInstalled } from '../core/command-name.js';
import { UserError } from '../core/errors.js';

const OTHER_FILE = 'or give another file with --db';

/** What a user can do about an SQLite result code, by the code's beginning. */
const EXPLANATIONS: readonly (readonly [code: string, explanation: string])[] = [
  ['SQLITE_NOTADB', `is not an SQLite database. Correct the name, ${OTHER_FILE}.`],
  ['SQLITE_CORRUPT', `is damaged. Restore it from a copy, ${OTHER_FILE}.`],
  ['SQLITE_READONLY', `is read-only. Make the file and its folder writable, ${OTHER_FILE}.`],
  [
    'SQLITE_FULL',
    'cannot grow: the disk is full. What was recorded is kept. Free some space and give the same command again.',
  ],
  [
    'SQLITE_CANTOPEN',
    `cannot be opened. Check that it is a file and that you may read and write it and its folder, ${OTHER_FILE}.`,
  ],
  ['SQLITE_PERM', `may not be opened by you. Change its permissions, ${OTHER_FILE}.`],
  [
    'SQLITE_BUSY',
    'has been held by another program for half a minute. End what it does there (an open edit, a copy), then give the same command again.',
  ],
  [
    'SQLITE_PROTOCOL',
    'lets nobody in: its locks do not work as on a local disk, or the machine is overloaded. Give the same command again, or a file on a ' +
      'local disk with --db.',
  ],
  [
    'SQLITE_IOERR',
    'could not be read or written: the disk reports an error, or files may not be so large (ulimit -f). What was recorded is kept.',
  ],
];

/** SQLite allots its shared memory in pieces of 32 KB, and does not say of one that finds no room that the disk is full. */
const LEAST_ROOM_BYTES = 65_536;

/** The commands that compile the package: npm runs no script of a package that the project has not approved, as a clone of convoy has. */
export function tellDatabaseBuild(installed = isInstalled()): string {
  const build = 'npm rebuild better-sqlite3';
  return installed
    ? `npm approve-scripts better-sqlite3 && ${build} (an npm that does not know the first command needs the second alone)`
    : build;
}

/** Whether the package's native half is missing or does not load; nothing else of a database loads native code. */
function isBindingError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_DLOPEN_FAILED' || error.message.startsWith('Could not locate the bindings file');
}

/**
 * The UserError for an SQLite error that comes from the file or its surroundings, or from how the package is installed; any other error
 * as it is, since a constraint or a syntax error is a bug of ours.
 */
export function explainDatabaseError(error: unknown, file: string): unknown {
  if (isBindingError(error)) {
    return new UserError(
      `database: expected the package better-sqlite3 compiled for this Node.js (${process.version}), found it compiled for another ` +
        `version, damaged or missing. Run: ${tellDatabaseBuild()}`,
      { cause: error },
    );
  }
  if (!(error instanceof Database.SqliteError)) return error;
  const reason = error.code.startsWith('SQLITE_IOERR') && isFull(file) ? 'SQLITE_FULL' : error.code;
  const found = EXPLANATIONS.find(([code]) => reason.startsWith(code));
  return found === undefined ? error : new UserError(`${file} ${found[1]}`, { cause: error });
}

/** Whether there is no room where a file is. */
function isFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < LEAST_ROOM_BYTES;
  } catch {
    return false;
  }
}

/** Calls `action`; SQLite errors that a user can mend become UserErrors that name `file`. */
export function withDatabaseErrors<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explainDatabaseError(error, file);
  }
}
