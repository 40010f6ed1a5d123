import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import { withDatabaseErrors } from '../experiment/database-errors.js';
import type { EpochsEvent } from './answers/curves.js';
import type { GoneEvent, RunsEvent } from './answers/runs.js';
import { readCourse } from './courses.js';
import { listLiveRuns, listRunsAfter, type RunMark, readMarks } from './run-marks.js';
import { listRows } from './run-rows.js';
import type { RunTable } from './run-table.js';

/** What the stream of events tells of runs. */
export type ChangeEvent =
  | { readonly event: 'runs'; readonly data: RunsEvent }
  | { readonly event: 'gone'; readonly data: GoneEvent }
  | { readonly event: 'epochs'; readonly data: EpochsEvent };

/** What has changed since a version, up to a later one. A page that has not got all of the events has to ask for them again. */
export interface Changes {
  readonly version: string;
  readonly events: readonly ChangeEvent[];
}

/** What is known of a run, and the versions in which that became known. */
interface KnownRun {
  mark: RunMark;
  changedIn: number;
  /** Of the course: the last version in which it changed, the one before that, and the epoch after which it did. */
  course: { readonly changedIn: number; readonly before: number; readonly after: number };
}

/** Runs whose remarks are looked at in one look. */
const LOOKED_AT_ONCE = 500;
/** States that a run leaves by itself. */
const UNDER_WAY: ReadonlySet<string> = new Set(['queued', 'running']);

/**
 * Finds what has changed in a database's runs. A look at a database to which nobody has written costs a read of one page. Otherwise it is at
 * runs that are new, under way, removed, or taken up again, and at some of the others, whose notes and tags may have changed: all of these in as
 * many looks as it takes. No look holds a lock that a writer waits for.
 */
export class RunChanges {
  /** No two of these agree, be it of one file. */
  readonly #name = randomBytes(6).toString('hex');
  readonly #known = new Map<number, KnownRun>();
  #version = 0;
  #dataVersion: unknown;
  #lastRun = 0;
  /** Runs whose remarks are yet to be looked at, the next one last. */
  #due: number[] = [];

  /** @param db opened for reading */
  constructor(
    private readonly db: Database.Database,
    private readonly table: RunTable,
  ) {
    this.look();
  }

  /** What is read from now on is of this version, or later. */
  get version(): string {
    return this.#tell(this.#version);
  }

  /**
   * Looks whether something has changed.
   *
   * @returns whether the version is another one now
   * @throws UserError if the database cannot be read
   */
  look(): boolean {
    const before = this.#version;
    withDatabaseErrors(this.db.name, () => {
      const dataVersion = this.db.pragma('data_version', { simple: true });
      const isWritten = dataVersion !== this.#dataVersion;
      if (!isWritten && this.#due.length === 0) return;
      this.#dataVersion = dataVersion;
      this.#lookAt(isWritten ? this.#findSuspects() : []);
    });
    return this.#version !== before;
  }

  /** What has changed since a version that an answer or an event told; null if it is not of this object, so that all has to be read anew. */
  since(version: string): Changes | null {
    const [name, number] = version.split('.');
    const from = Number(number);
    if (name !== this.#name || !Number.isInteger(from) || from > this.#version) return null;
    const changed = [...this.#known.values()].filter(({ changedIn }) => changedIn > from);
    const { version: now } = this;
    const events: ChangeEvent[] = [];
    const rows = listRows(
      this.table.read(changed.filter(({ mark }) => mark.isKept).map(({ mark }) => mark.run)),
    );
    if (rows.length > 0) events.push({ event: 'runs', data: { version: now, rows } });
    const gone = changed.filter(({ mark }) => !mark.isKept).map(({ mark }) => mark.run);
    if (gone.length > 0) events.push({ event: 'gone', data: { version: now, runs: gone } });
    for (const { mark, course } of changed) {
      if (course.changedIn <= from || !mark.isKept) continue;
      const after = course.before <= from ? course.after : 0;
      const epochs = readCourse(this.db, mark.run, after);
      if (epochs !== null)
        events.push({ event: 'epochs', data: { version: now, run: mark.run, after, epochs } });
    }
    return { version: now, events };
  }

  #tell(version: number): string {
    return `${this.#name}.${version}`;
  }

  /** Runs that may have changed now that somebody has written; of the others the remarks may have. */
  #findSuspects(): number[] {
    const live = new Set(listLiveRuns(this.db));
    const known = [...this.#known.values()];
    const isSuspect = ({ mark }: KnownRun) =>
      UNDER_WAY.has(mark.state) || isLive(mark) !== live.has(mark.run);
    this.#due = [...this.#known.keys()];
    return [...known.filter(isSuspect).map(({ mark }) => mark.run), ...listRunsAfter(this.db, this.#lastRun)];
  }

  #lookAt(suspects: readonly number[]): void {
    const asked = new Set([...suspects, ...this.#due.splice(-LOOKED_AT_ONCE)]);
    const version = this.#version + 1;
    for (const mark of readMarks(this.db, [...asked])) {
      asked.delete(mark.run);
      this.#lastRun = Math.max(this.#lastRun, mark.run);
      if (this.#note(mark, version)) this.#version = version;
    }
    for (const run of asked) {
      const known = this.#known.get(run);
      if (known?.mark.isKept && this.#note({ ...known.mark, isKept: false }, version))
        this.#version = version;
    }
  }

  /** @returns whether the run was not known to be as its mark says */
  #note(mark: RunMark, version: number): boolean {
    const known = this.#known.get(mark.run);
    if (known === undefined) {
      this.#known.set(mark.run, {
        mark,
        changedIn: version,
        course: { changedIn: version, before: 0, after: 0 },
      });
      return true;
    }
    const { mark: before, course } = known;
    if (isEqual(mark, before)) return false;
    const goesOn = mark.training === before.training && mark.epochs >= before.epochs;
    known.mark = mark;
    known.changedIn = version;
    if (!goesOn || mark.epochs > before.epochs) {
      known.course = { changedIn: version, before: course.changedIn, after: goesOn ? before.epochs : 0 };
    }
    return true;
  }
}

/** As `listLiveRuns` has it. */
function isLive({ state, isKept }: RunMark): boolean {
  return isKept && (UNDER_WAY.has(state) || state === 'done' || state === 'diverged');
}

function isEqual(a: RunMark, b: RunMark): boolean {
  return (
    a.state === b.state &&
    a.isKept === b.isKept &&
    a.training === b.training &&
    a.epochs === b.epochs &&
    a.remarks === b.remarks
  );
}
