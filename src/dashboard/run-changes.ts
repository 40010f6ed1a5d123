import type Database from 'better-sqlite3';
import { readCourse } from './courses.js';
import type { EpochPoint } from './curve-metrics.js';
import { listLiveRuns, listRunsAfter, type RunMark, readMarks } from './run-marks.js';
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
/** States that a run leaves by itself. */
const UNDER_WAY: ReadonlySet<string> = new Set(['queued', 'running']);

/**
 * Finds what has changed in a database's runs between two looks. A look is at runs that are new, under way, removed, or taken up again, and at
 * some of the others, whose notes and tags may have changed: all of these in as many looks as it takes, so that none is long.
 */
export class RunChanges {
  readonly #known = new Map<number, RunMark>();
  #lastRun = 0;
  /** Runs whose remarks are yet to be looked at, the next one last. */
  #due: number[] = [];

  /**
   * Has its first look.
   *
   * @param db opened for reading
   */
  constructor(
    private readonly db: Database.Database,
    private readonly table: RunTable,
  ) {
    for (const mark of readMarks(db, listRunsAfter(db, 0))) this.#know(mark);
  }

  /** Whether a look may find something though nobody has written since the last one. */
  get isBehind(): boolean {
    return this.#due.length > 0;
  }

  /**
   * Looks at what is there.
   *
   * @param isWritten whether somebody has written since the last look
   * @returns what has changed since
   */
  look(isWritten: boolean): RunChange[] {
    const suspects = isWritten ? this.#findSuspects() : [];
    const asked = new Set([...suspects, ...this.#due.splice(-LOOKED_AT_ONCE)]);
    const changed: number[] = [];
    const gone: number[] = [];
    const epochs: RunChange[] = [];
    for (const mark of readMarks(this.db, [...asked])) {
      asked.delete(mark.run);
      const before = this.#know(mark);
      if (before !== undefined && isEqual(mark, before)) continue;
      if (mark.isKept) changed.push(mark.run);
      else if (before?.isKept) gone.push(mark.run);
      if (mark.isKept) epochs.push(...this.#followCourse(mark, before));
    }
    // Of these there is no row any more.
    for (const run of asked) {
      if (this.#known.get(run)?.isKept) gone.push(run);
      this.#known.delete(run);
    }
    const rows = listRows(this.table.read(changed));
    return [
      ...(rows.length > 0 ? [{ event: 'runs', data: { rows } } as const] : []),
      ...(gone.length > 0 ? [{ event: 'gone', data: { runs: gone } } as const] : []),
      ...epochs,
    ];
  }

  /** @returns what was known before */
  #know(mark: RunMark): RunMark | undefined {
    const before = this.#known.get(mark.run);
    this.#known.set(mark.run, mark);
    this.#lastRun = Math.max(this.#lastRun, mark.run);
    return before;
  }

  /** Runs that may have changed now that somebody has written; of all others the remarks may have. */
  #findSuspects(): number[] {
    const live = new Set(listLiveRuns(this.db));
    this.#due = [...this.#known.keys()];
    const suspects = [...this.#known.values()].filter(
      (mark) => UNDER_WAY.has(mark.state) || isLive(mark) !== live.has(mark.run),
    );
    return [...suspects.map(({ run }) => run), ...listRunsAfter(this.db, this.#lastRun)];
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
