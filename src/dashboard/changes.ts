import type Database from 'better-sqlite3';

/** Something that has come about in a database: an event of the stream. */
export interface Change {
  readonly event: string;
  readonly data: unknown;
}

/** Finds what has changed in a database between two looks; one for each time that its file is opened. */
export interface ChangeSource {
  /**
   * Looks, in a short read, at what is there.
   *
   * @returns what has changed since the last look; nothing at the first
   */
  look(db: Database.Database): readonly Change[];
}

/** What the stream tells of. */
export const CHANGE_SOURCES: readonly (() => ChangeSource)[] = [];
