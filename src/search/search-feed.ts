import type { SweepPoint } from '../experiment/plan-sweep.js';
import type { PointFeed } from '../experiment/point-feed.js';
import type { Store } from '../experiment/store.js';
import type { SweepEntry } from '../experiment/sweep-entry.js';
import { recordOf } from './record-of.js';
import type { SearchFile } from './search-file.js';
import { Study } from './study.js';
import type { StudyHost, Task, Trial } from './trial.js';

/** Who wants to know how a search goes on. */
export interface SearchObserver {
  /** A trial is complete or pruned. */
  trialDecided?(trial: Trial<SweepPoint>): void;
}

interface FeedOptions {
  readonly file: SearchFile;
  readonly host: StudyHost<SweepPoint>;
  readonly store: Store;
  readonly observer?: SearchObserver;
}

/** Gives a sweep the runs that a search wants, and records what it comes to. */
export class SearchFeed implements PointFeed {
  readonly study: Study<SweepPoint>;
  readonly #options: FeedOptions;
  /** Identities of points that are given out. */
  readonly #given = new Set<string>();
  /** What was last recorded and told of each trial, see stageOf. */
  readonly #stages = new Map<number, string>();
  /** So many trials from the first on are decided, recorded and told of. */
  #settled = 0;
  /** Whether no more runs are given out. */
  isClosed = false;
  /** One at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: FeedOptions) {
    this.#options = options;
    this.study = new Study(options.file.search, options.host);
  }

  get count(): number {
    return this.#options.file.search.trials ?? this.study.trials.length;
  }

  take(): Promise<SweepPoint | null> {
    const taken = this.#turn.then(async () => {
      if (this.isClosed) return null;
      await this.update();
      const task = this.study.listTasks().find(({ run }) => !this.#given.has(run.identity));
      if (task === undefined) return null;
      this.#given.add(task.run.identity);
      return pointOf(task);
    });
    this.#turn = taken.catch(() => {});
    return taken;
  }

  give({ identity }: SweepPoint): void {
    this.#given.delete(identity);
  }

  /** No more runs are given out. */
  close(): void {
    this.isClosed = true;
  }

  /** Goes as far as results allow, and records what is new. */
  async update(): Promise<void> {
    await this.study.advance();
    // The first time, in the place of what was recorded of the search: not earlier, so that what cannot be searched leaves what there was.
    this.#tell(this.#stages.size === 0);
  }

  /** Goes as far as results allow, and records all of it anew: another process that began meanwhile has written over it what it knew then. */
  async finish(): Promise<void> {
    await this.study.advance();
    this.#tell(true);
  }

  #tell(isWhole: boolean): void {
    const { trials } = this.study;
    const changed = trials
      .slice(this.#settled)
      .filter((trial) => this.#stages.get(trial.number) !== stageOf(trial));
    if (isWhole) this.#record(trials, false);
    else if (changed.length > 0) this.#record(changed, true);
    for (const trial of changed) {
      this.#stages.set(trial.number, stageOf(trial));
      if (isDecided(trial)) this.#options.observer?.trialDecided?.(trial);
    }
    while (this.#settled < trials.length && isDecided(trials[this.#settled]!)) this.#settled++;
  }

  #record(trials: readonly Trial<SweepPoint>[], grows: boolean): void {
    const { file, store } = this.#options;
    const points = trials.flatMap(({ plan }) => plan.runs);
    store.recordTrials({ ...entryOf(file), grows }, points, {
      search: file.written,
      trials: trials.map((trial) => recordOf(trial, file.search)),
      pruned: trials
        .filter(({ state }) => state === 'pruned')
        .map(({ number, plan, epochs }) => ({
          identities: plan.runs.map(({ identity }) => identity),
          reason: `given up by the search ${file.name} as trial ${number}, after ${epochs} of ${plan.epochs} epochs`,
        })),
    });
  }
}

/** Another one each time that something of a trial is new. */
function stageOf({ state, values }: Trial<SweepPoint>): string {
  return `${state} ${values.length}`;
}

function entryOf({ name, title, source }: SearchFile): SweepEntry {
  return { name, title: title ?? null, ...(source === undefined ? {} : { source }) };
}

function pointOf({ run, untilEpoch }: Task<SweepPoint>): SweepPoint {
  return untilEpoch === null ? run : { ...run, untilEpoch };
}

function isDecided({ state }: Trial<SweepPoint>): boolean {
  return state === 'complete' || state === 'pruned';
}
