import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { migrate } from './schema.js';

/** A writer that never rests for as long as the copy takes would be on a network disk, where nobody should write. */
const ATTEMPTS = 10;

/**
 * Opens a private copy of a database that cannot be read where it lies: in WAL mode SQLite needs a file of shared memory beside it, which a
 * read-only medium cannot hold, and which machines that share a network disk do not share. The copy is brought up to this program's schema, and
 * goes with the connection. This process must have no other connection to the file: as it is copied, it loses its locks on it.
 *
 * @throws UserError if the file cannot be read, or written to for so long that no copy is whole
 */
export function openCopy(file: string): Database.Database {
  const folder = makeTemporaryFolder(file);
  try {
    const copy = join(folder, 'copy.db');
    for (let attempt = 1; !tryCopy(file, copy); attempt++) {
      if (attempt < ATTEMPTS) continue;
      throw new UserError(
        `${file}: expected a database that rests for as long as it is copied, found it written to all the time. Read it on the machine ` +
          'that writes to it, or once that has ended.',
      );
    }
    return openForReading(file, copy);
  } finally {
    // The open file lives on without a name.
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeTemporaryFolder(file: string): string {
  try {
    return mkdtempSync(join(tmpdir(), 'convoy-read-'));
  } catch (error) {
    throw explainCopyError(file, error);
  }
}

function explainCopyError(file: string, error: unknown): UserError {
  return new UserError(
    `${file}: cannot be read where it lies, and not be copied to ${tmpdir()}: ${explainFileError(error)}. Free some space there, name another ` +
      'folder by the variable TMPDIR, or copy the database by hand.',
  );
}

/** @returns whether neither file has changed meanwhile, so that the copies belong together */
function tryCopy(file: string, copy: string): boolean {
  const pairs = ['', '-wal'].map((ending) => [file + ending, copy + ending] as const);
  const look = () => pairs.map(([from]) => describeVersion(from)).join();
  const before = look();
  try {
    for (const [from, to] of pairs) {
      rmSync(to, { force: true });
      if (existsSync(from)) copyFileSync(from, to);
    }
  } catch (error) {
    // A log that has gone since was folded into the database.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw explainCopyError(file, error);
  }
  return look() === before && isWhole(copy);
}

function describeVersion(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeNs}`;
}

/** Folds the log in. A clock of the disk that is too coarse may have hidden a change, which shows in the pages. */
function isWhole(copy: string): boolean {
  const db = new Database(copy);
  try {
    db.pragma('journal_mode = DELETE');
    return db.pragma('quick_check', { simple: true }) === 'ok';
  } finally {
    db.close();
  }
}

function openForReading(file: string, copy: string): Database.Database {
  const writable = new Database(copy);
  try {
    migrate(writable, file);
  } finally {
    writable.close();
  }
  const db = new Database(copy, { readonly: true });
  // Messages, and what lies beside the database, are of the file that was asked for. The name itself cannot be changed.
  return Object.create(db, { name: { value: file, enumerable: true } }) as Database.Database;
}
