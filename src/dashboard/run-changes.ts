import type Database from 'better-sqlite3';
import { readCourse } from './courses.js';
import type { EpochPoint } from './curve-metrics.js';
import { KnownRuns } from './known-runs.js';
import { listLiveRuns, listRunsAfter, type RunMark, readLiveTally, readMarks } from './run-marks.js';
import { listRows, type RunRow } from './run-rows.js';
import type { RunTable } from './run-table.js';

/** Event `runs`: runs that are new or have changed. */
export interface RunsEvent {
  readonly rows: readonly RunRow[];
}

/** Event `gone`: runs that have been removed. */
export interface GoneEvent {
  readonly runs: readonly number[];
}

/** Event `epochs`: the course of a run after one of its epochs. What the page has of later epochs is no more. */
export interface EpochsEvent {
  readonly run: number;
  readonly after: number;
  readonly epochs: readonly EpochPoint[];
}

/** What the stream of events tells of runs. */
export type RunChange =
  | { readonly event: 'runs'; readonly data: RunsEvent }
  | { readonly event: 'gone'; readonly data: GoneEvent }
  | { readonly event: 'epochs'; readonly data: EpochsEvent };

/** Runs whose remarks are looked at in one look. */
const LOOKED_AT_ONCE = 500;

/** Numbers of runs whose row has changed, of others that have been removed, and what epochs have come. */
interface Found {
  readonly changed: number[];
  readonly gone: number[];
  readonly epochs: RunChange[];
}

/**
 * Finds what has changed in a database's runs between two looks. A look is at runs that are new, under way, removed, or taken up again, and at
 * some of the others, whose notes and tags may have changed: it goes round all of these in as many looks as it takes, so that none is long.
 */
export class RunChanges {
  readonly #known = new KnownRuns();
  /** Runs to be gone round to until all have been looked at since somebody wrote. */
  #due = 0;

  /**
   * Has its first look.
   *
   * @param db opened for reading
   */
  constructor(
    private readonly db: Database.Database,
    private readonly table: RunTable,
  ) {
    for (const mark of readMarks(db, listRunsAfter(db, 0))) this.#known.see(mark);
  }

  /** Whether a look may find something though nobody has written since the last one. */
  get isBehind(): boolean {
    return this.#due > 0;
  }

  /**
   * Looks at what is there.
   *
   * @param isWritten whether somebody has written since the last look
   * @returns what has changed since
   */
  look(isWritten: boolean): RunChange[] {
    const found: Found = { changed: [], gone: [], epochs: [] };
    if (isWritten) {
      this.#compare([...this.#known.underWay, ...listRunsAfter(this.db, this.#known.last)], found);
      this.#compare(this.#listStrays(), found);
      this.#due = this.#known.size;
    }
    const next = this.#known.takeNext(Math.min(this.#due, LOOKED_AT_ONCE));
    this.#due -= next.length;
    this.#compare(next, found);
    const rows = found.changed.length > 0 ? listRows(this.table.read(found.changed)) : [];
    return [
      ...(rows.length > 0 ? [{ event: 'runs', data: { rows } } as const] : []),
      ...(found.gone.length > 0 ? [{ event: 'gone', data: { runs: found.gone } } as const] : []),
      ...found.epochs,
    ];
  }

  /** Compares some runs with what is known of them. */
  #compare(runs: readonly number[], { changed, gone, epochs }: Found): void {
    const missing = new Set(runs);
    for (const mark of readMarks(this.db, runs)) {
      missing.delete(mark.run);
      const before = this.#known.see(mark);
      if (before !== undefined && isEqual(mark, before)) continue;
      if (mark.isKept) changed.push(mark.run);
      else if (before?.isKept) gone.push(mark.run);
      if (mark.isKept) epochs.push(...this.#followCourse(mark, before));
    }
    // Of these there is no row any more.
    for (const run of missing) {
      if (this.#known.get(run)?.isKept) gone.push(run);
      this.#known.forget(run);
    }
  }

  /** Runs that were taken up again, removed, restored or purged, so that others are live now. */
  #listStrays(): number[] {
    const { runs, sum } = readLiveTally(this.db);
    const { live } = this.#known;
    if (runs === live.runs && sum === live.sum) return [];
    return this.#known.listStrays(new Set(listLiveRuns(this.db)));
  }

  #followCourse(mark: RunMark, before: RunMark | undefined): RunChange[] {
    const goesOn = before?.isKept && mark.training === before.training && mark.epochs >= before.epochs;
    if (goesOn && mark.epochs === before.epochs) return [];
    const { run } = mark;
    const after = goesOn ? before.epochs : 0;
    const epochs = readCourse(this.db, run, after);
    return epochs === null ? [] : [{ event: 'epochs', data: { run, after, epochs } }];
  }
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
