import { statSync } from 'node:fs';
import { UserError } from '../core/errors.js';

/**
 * The file of a database that is open. SQLite writes on into a file that has been removed or moved away, without an error, and all of that is
 * lost when the process ends.
 */
export class DatabaseFile {
  readonly #path: string;
  readonly #id: string | null;

  constructor(path: string) {
    this.#path = path;
    this.#id = findFileId(path);
  }

  /** @throws UserError if its name leads to another file by now, or to none */
  checkInPlace(): void {
    if (findFileId(this.#path) === this.#id) return;
    throw new UserError(
      `${this.#path} has been removed, moved or replaced while runs were recorded in it. Put it back with its -wal file, or give the same ` +
        'command again for a new one.',
    );
  }
}

/** Null if there is no file, as for a database in memory. */
function findFileId(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : null;
}
