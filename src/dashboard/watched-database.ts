import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { HTTPException } from 'hono/http-exception';
import { UserError } from '../core/errors.js';
import { openDatabaseReadOnly } from '../experiment/database.js';
import { explainDatabaseError } from '../experiment/database-errors.js';
import { ChangeLog, type LoggedChange } from './change-log.js';
import { CHANGE_SOURCES, type ChangeSource } from './changes.js';

/** A database that the page shows, opened for reading when it is first asked for, and again when its name leads to another file. */
export class WatchedDatabase {
  #opened: OpenedFile | null = null;

  /**
   * @param file as the user has named it
   * @param number its place on the command line, from 0
   */
  constructor(
    readonly file: string,
    readonly number: number,
  ) {}

  /**
   * Reads in one short transaction, so that all is of one moment.
   *
   * @throws HTTPException 503 if the file cannot be read at the moment, with the reason
   */
  read<T>(action: (db: Database.Database) => T): T {
    return this.#use(({ db }) => db.transaction(() => action(db))());
  }

  /**
   * What a page has that reads all after this call; the events stream goes on from there.
   *
   * @throws HTTPException like `read`
   */
  version(): string {
    return this.#use((opened) => {
      opened.look();
      return opened.log.version;
    });
  }

  /**
   * What has come about since a page read a version.
   *
   * @returns null if it is to read all again: the file is another one, or this was too long ago
   * @throws HTTPException like `read`
   */
  changesSince(version: string): readonly LoggedChange[] | null {
    return this.#use((opened) => {
      opened.look();
      return opened.log.since(version);
    });
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = null;
  }

  #use<T>(action: (opened: OpenedFile) => T): T {
    try {
      const id = findFileId(this.file);
      if (this.#opened?.id !== id) this.close();
      this.#opened ??= new OpenedFile(openDatabaseReadOnly(this.file), id);
      return action(this.#opened);
    } catch (error) {
      const explained = explainDatabaseError(error, this.file);
      if (!(explained instanceof UserError)) throw explained;
      this.close();
      throw new HTTPException(503, { message: explained.message });
    }
  }
}

/** One file for as long as it lies there. */
class OpenedFile {
  readonly log = new ChangeLog();
  readonly #sources: readonly ChangeSource[] = CHANGE_SOURCES.map((create) => create());
  #seen: unknown = null;

  constructor(
    readonly db: Database.Database,
    readonly id: string,
  ) {
    this.look();
  }

  /** Notes what has changed since the last look. Where nothing has, it takes microseconds, and no lock that a writer waits for. */
  look(): void {
    const seen = this.db.pragma('data_version', { simple: true });
    if (seen === this.#seen) return;
    const look = () => this.#sources.flatMap((source) => source.look(this.db));
    this.log.add(this.db.transaction(look)());
    this.#seen = seen;
  }
}

function findFileId(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : 'none';
}
