import type { LiveTally, RunMark } from './run-marks.js';

/** States that a run leaves by itself. */
const UNDER_WAY: ReadonlySet<string> = new Set(['queued', 'running']);
/** States of `listLiveRuns`. */
const LIVE: ReadonlySet<string> = new Set([...UNDER_WAY, 'done', 'diverged']);

/** What was seen last of each run, with what a look asks of all of them: kept as runs are seen, since there are many. */
export class KnownRuns {
  readonly #marks = new Map<number, RunMark>();
  readonly #underWay = new Set<number>();
  #live: LiveTally = { runs: 0, sum: 0 };
  #last = 0;
  /** Goes on to runs that are seen meanwhile, and past those that are forgotten. */
  #round = this.#marks.keys();

  get size(): number {
    return this.#marks.size;
  }

  /** The greatest number seen. */
  get last(): number {
    return this.#last;
  }

  /** Numbers of runs that may change by themselves. */
  get underWay(): readonly number[] {
    return [...this.#underWay];
  }

  get live(): LiveTally {
    return this.#live;
  }

  get(run: number): RunMark | undefined {
    return this.#marks.get(run);
  }

  /** @returns what was known before */
  see(mark: RunMark): RunMark | undefined {
    const { run } = mark;
    const before = this.#marks.get(run);
    this.#count(before, -1);
    this.#count(mark, 1);
    this.#marks.set(run, mark);
    this.#last = Math.max(this.#last, run);
    if (UNDER_WAY.has(mark.state)) this.#underWay.add(run);
    else this.#underWay.delete(run);
    return before;
  }

  forget(run: number): void {
    this.#count(this.#marks.get(run), -1);
    this.#marks.delete(run);
    this.#underWay.delete(run);
  }

  /** Numbers of runs that are not as a list of all live ones has them. */
  listStrays(live: ReadonlySet<number>): number[] {
    return [...this.#marks.values()]
      .filter((mark) => isLive(mark) !== live.has(mark.run))
      .map(({ run }) => run);
  }

  /** Numbers of the next runs, on from where the last call ended and round to the first. */
  takeNext(most: number): number[] {
    const taken: number[] = [];
    while (taken.length < Math.min(most, this.#marks.size)) {
      const { done, value } = this.#round.next();
      if (done) this.#round = this.#marks.keys();
      else taken.push(value);
    }
    return taken;
  }

  #count(mark: RunMark | undefined, sign: 1 | -1): void {
    if (mark === undefined || !isLive(mark)) return;
    this.#live = { runs: this.#live.runs + sign, sum: this.#live.sum + sign * mark.run };
  }
}

/** As `listLiveRuns` has it. */
function isLive({ state, isKept }: RunMark): boolean {
  return isKept && LIVE.has(state);
}
