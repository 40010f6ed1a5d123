import type Database from 'better-sqlite3';
import { RunChanges } from './run-changes.js';
import type { RunTable } from './run-table.js';

/** Something that has come about in a database: an event of the stream. */
export interface Change {
  readonly event: string;
  readonly data: unknown;
}

/** Finds what has changed in a database between two looks; one for each time that its file is opened, which is its first look. */
export interface ChangeSource {
  /** Whether a look may find something though nobody has written since the last one. */
  readonly isBehind: boolean;
  /**
   * Looks, in a short read, at what is there.
   *
   * @param isWritten whether somebody has written since the last look
   * @returns what has changed since
   */
  look(isWritten: boolean): readonly Change[];
}

/** What the stream tells of. */
export const CHANGE_SOURCES: readonly ((db: Database.Database, table: RunTable) => ChangeSource)[] = [
  (db, table) => new RunChanges(db, table),
];
