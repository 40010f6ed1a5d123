import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { HTTPException } from 'hono/http-exception';
import { UserError } from '../core/errors.js';
import { openToRead, type ReadDatabase } from '../experiment/database.js';
import { explainDatabaseError } from '../experiment/database-errors.js';
import { checkSchema } from '../experiment/schema.js';
import { isBusy } from '../experiment/transaction.js';
import { ChangeLog, type LoggedChange } from './change-log.js';
import { CHANGE_SOURCES, type ChangeSource } from './changes.js';
import { RunTable } from './run-table.js';

/** The page asks again; meanwhile the server has others to answer. */
const LONGEST_WAIT_MS = 100;

/** A copy is not made anew more often, however fast its file changes. */
const COPY_EVERY_MS = 5_000;
/** Answers that are kept of one moment. */
const MOST_KEPT = 16;

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
   * @throws HTTPException 503 if the file cannot be read at the moment, 422 if `action` cannot make sense of what it reads, with the reason
   */
  read<T>(action: (db: Database.Database, table: RunTable) => T): T {
    return this.#use(({ db, table }) => db.transaction(() => action(db, table))());
  }

  /**
   * Likewise, for what takes long: reads only if nobody has since somebody wrote.
   *
   * @param question what is read, apart from all else that is
   * @throws HTTPException like `read`
   */
  readOnce<T>(question: string, action: (db: Database.Database, table: RunTable) => T): T {
    return this.#use((opened) => opened.readOnce(question, action));
  }

  /**
   * What a page has that reads all after this call; the events stream goes on from there.
   *
   * @throws HTTPException 503 if the file cannot be read at the moment, with the reason
   */
  version(): string {
    return this.#look().version;
  }

  /**
   * What has come about since a page read a version.
   *
   * @returns null if it is to read all again: the file is another one, or this was too long ago
   * @throws HTTPException like `version`
   */
  changesSince(version: string): readonly LoggedChange[] | null {
    return this.#look().since(version);
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = null;
  }

  #use<T>(action: (opened: OpenedFile) => T): T {
    const opened = this.#reach(() => this.#open());
    try {
      return action(opened);
    } catch (error) {
      const explained = explainDatabaseError(error, this.file);
      if (!(explained instanceof UserError)) throw explained;
      if (explained.cause instanceof Database.SqliteError) throw this.#giveUp(explained);
      // Of what is recorded, not of the file: others may be read as before.
      throw new HTTPException(422, { message: explained.message });
    }
  }

  #look(): ChangeLog {
    return this.#reach(() => {
      const opened = this.#open();
      opened.look();
      return opened.log;
    });
  }

  #open(): OpenedFile {
    if (this.#opened?.isOutdated(this.file)) this.close();
    if (this.#opened === null) {
      // Told first: what changes while it is opened is seen as a change.
      const version = describeFile(this.file);
      this.#opened = new OpenedFile(openToRead(this.file, LONGEST_WAIT_MS), version);
    }
    return this.#opened;
  }

  #reach<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      const explained = explainDatabaseError(error, this.file);
      throw explained instanceof UserError ? this.#giveUp(explained) : explained;
    }
  }

  #giveUp(error: UserError): HTTPException {
    this.close();
    const message = isBusy(error)
      ? `${this.file} is held by another program. It is tried again until that lets go of it.`
      : error.message;
    return new HTTPException(503, { message });
  }
}

/** One file for as long as it lies there. */
class OpenedFile {
  readonly db: Database.Database;
  readonly log = new ChangeLog();
  readonly table: RunTable;
  readonly #isCopy: boolean;
  readonly #openedMs = performance.now();
  readonly #sources: readonly ChangeSource[];
  /** Another number once another connection has written. */
  readonly #readVersion: Database.Statement;
  #seen: unknown;
  /** Answers, and the version that they are of. */
  readonly #kept = new Map<string, unknown>();
  #keptOf: unknown;

  constructor(
    { db, isCopy }: ReadDatabase,
    private readonly file: FileVersion,
  ) {
    this.db = db;
    this.#isCopy = isCopy;
    this.#readVersion = db.prepare('PRAGMA data_version').pluck();
    this.#seen = this.#readVersion.get();
    this.table = new RunTable(db);
    this.#sources = CHANGE_SOURCES.map((create) => create(db, this.table));
  }

  /** Whether its name leads to another file or, where a copy is read, that has changed. */
  isOutdated(name: string): boolean {
    const { id, contents } = describeFile(name);
    if (id !== this.file.id) return true;
    if (!this.#isCopy || performance.now() - this.#openedMs < COPY_EVERY_MS) return false;
    return contents !== this.file.contents;
  }

  readOnce<T>(question: string, action: (db: Database.Database, table: RunTable) => T): T {
    const read = () => {
      const version = this.#readVersion.get();
      if (version !== this.#keptOf || this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#keptOf = version;
      const answer = this.#kept.get(question) ?? action(this.db, this.table);
      this.#kept.set(question, answer);
      return answer as T;
    };
    return this.db.transaction(read)();
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

interface FileVersion {
  /** Of another file it is another one. */
  readonly id: string;
  /** Another text once the file, or its log of writes, has been written to. */
  readonly contents: string;
}

function describeFile(file: string): FileVersion {
  const found = [file, `${file}-wal`].map((name) => statSync(name, { throwIfNoEntry: false }));
  const id = found[0] ? `${found[0].dev}:${found[0].ino}` : 'none';
  return {
    id,
    contents: found.map((stats) => (stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : 'none')).join(),
  };
}
