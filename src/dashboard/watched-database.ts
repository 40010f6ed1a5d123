import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { HTTPException } from 'hono/http-exception';
import { UserError } from '../core/errors.js';
import { openDatabaseReadOnly } from '../experiment/database.js';
import { explainDatabaseError } from '../experiment/database-errors.js';
import { findFileSystem, isNetworkFileSystem } from '../experiment/file-system.js';
import { checkSchema } from '../experiment/schema.js';
import { isBusy } from '../experiment/transaction.js';
import { ChangeLog, type LoggedChange } from './change-log.js';
import { CHANGE_SOURCES, type ChangeSource } from './changes.js';
import { RunTable } from './run-table.js';

/** The page asks again; meanwhile the server has others to answer. */
const LONGEST_WAIT_MS = 100;

/** A database that the page shows, opened for reading when it is first asked for, and again when its name leads to another file. */
export class WatchedDatabase {
  #opened: OpenedFile | null = null;
  /** On a network disk a copy is read, of which no change shows. */
  readonly #isCopied: boolean;

  /**
   * @param file as the user has named it
   * @param number its place on the command line, from 0
   */
  constructor(
    readonly file: string,
    readonly number: number,
  ) {
    const place = findFileSystem(file);
    this.#isCopied = place !== null && isNetworkFileSystem(place);
  }

  /**
   * Reads in one short transaction, so that all is of one moment.
   *
   * @throws HTTPException 503 if the file cannot be read at the moment, with the reason
   */
  read<T>(action: (db: Database.Database, table: RunTable) => T): T {
    return this.#use(({ db, table }) => db.transaction(() => action(db, table))());
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
      const id = findFileId(this.file, this.#isCopied);
      if (this.#opened?.id !== id) this.close();
      this.#opened ??= new OpenedFile(openDatabaseReadOnly(this.file, LONGEST_WAIT_MS), id);
      return action(this.#opened);
    } catch (error) {
      const explained = explainDatabaseError(error, this.file);
      if (!(explained instanceof UserError)) throw explained;
      this.close();
      const message = isBusy(explained)
        ? `${this.file} is held by another program. It is tried again until that lets go of it.`
        : explained.message;
      throw new HTTPException(503, { message });
    }
  }
}

/** One file for as long as it lies there. */
class OpenedFile {
  readonly log = new ChangeLog();
  readonly table: RunTable;
  readonly #sources: readonly ChangeSource[];
  /** Another number once another connection has written. */
  readonly #readVersion: Database.Statement;
  #seen: unknown;

  constructor(
    readonly db: Database.Database,
    readonly id: string,
  ) {
    this.#readVersion = db.prepare('PRAGMA data_version').pluck();
    this.#seen = this.#readVersion.get();
    this.table = new RunTable(db);
    this.#sources = CHANGE_SOURCES.map((create) => create(db, this.table));
  }

  /** Notes what has changed since the last look. Where nothing has, it takes microseconds, and no lock that a writer waits for. */
  look(): void {
    const seen = this.#readVersion.get();
    const isWritten = seen !== this.#seen;
    if (!isWritten && !this.#sources.some(({ isBehind }) => isBehind)) return;
    // A newer program may have brought it up to its own schema.
    if (isWritten) checkSchema(this.db, this.db.name);
    const look = () => this.#sources.flatMap((source) => source.look(isWritten));
    this.log.add(this.db.transaction(look)());
    this.#seen = seen;
  }
}

/** Another text whenever the file is to be opened again: it is another one or, where a copy is read, has changed. */
function findFileId(file: string, isCopied: boolean): string {
  return [file, ...(isCopied ? [`${file}-wal`] : [])].map((name) => tellVersion(name, isCopied)).join();
}

function tellVersion(file: string, withContents: boolean): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return 'none';
  const name = `${found.dev}:${found.ino}`;
  return withContents ? `${name}:${found.size}:${found.mtimeMs}` : name;
}
