import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { clearRunFolder } from '../checkpoint/run-files.js';
import { UserError } from '../core/errors.js';
import type { CheckpointOptions, EpochMetrics, KeptFiles, Progress, Resumption } from '../run/types.js';
import { readEnvironment } from './environment.js';
import { type Executor, Interrupted, UnableToTrain } from './executor.js';
import type { SweepPoint } from './plan-sweep.js';
import type { PointFeed } from './point-feed.js';
import { findRunFolder, setAsideRunFolder } from './run-folder.js';
import { RunRecord } from './run-record.js';
import { isRecorded, type LiveRun, type NumericsChoice } from './run-records.js';
import type { RunEnd } from './run-result.js';
import { HEARTBEAT_INTERVAL_MS } from './silence-watch.js';
import { listStopRequests } from './stop-requests.js';
import type { ClaimedPoint, Store } from './store.js';
import type { SweepEntry } from './sweep-entry.js';

/** How often points are looked at that other processes run, once there is nothing else to do, and what other processes ask for. */
const LOOK_INTERVAL_MS = 1_000;

/** A run that this sweep does. */
export interface SweepRun {
  readonly runId: number;
  /** Of its point among those that were missing when the sweep began, from 1: other processes may do some of them. */
  readonly index: number;
  /** Of the points that were missing. */
  readonly count: number;
  readonly point: SweepPoint;
}

/** Who wants to know how a sweep goes on. */
export interface SweepObserver {
  runStarted?(run: SweepRun): void;
  /** The run goes on from a checkpoint: told before anything else of it. */
  resumed?(run: SweepRun, resumption: Resumption): void;
  /** A line that the run's own code printed. */
  printed?(run: SweepRun, line: string): void;
  progressed?(run: SweepRun, progress: Progress): void;
  epochEnded?(run: SweepRun, metrics: EpochMetrics): void;
  /** `error` is what a failed run threw. */
  runEnded?(run: SweepRun, end: RunEnd, error?: unknown): void;
  /** Another process is at the point; it is looked at again. Told once a point. */
  pointHeld?(point: SweepPoint, by: LiveRun): void;
  /** Likewise, but the sweep does not wait. */
  pointSkipped?(point: SweepPoint, by: LiveRun): void;
  /** Another process has recorded the point since the sweep began. */
  pointRecorded?(point: SweepPoint, by: LiveRun): void;
}

export interface SweepOptions extends SweepEntry {
  readonly store: Store;
  /** All of the sweep's points. */
  readonly points: readonly SweepPoint[];
  /** Those of them that are to run. */
  readonly missing: readonly SweepPoint[];
  /** Further ones, which are chosen as runs end. */
  readonly feed?: PointFeed;
  readonly executor: Executor;
  /** Which recorded runs make another one needless: by default those of any version. */
  readonly numerics?: NumericsChoice;
  /** How runs keep their states, each in a folder of its own beside the database; null if they keep none. */
  readonly checkpoints?: Omit<CheckpointOptions, 'folder'> | null;
  /** Whether the end of points that other processes are at is waited for. Default: it is. */
  readonly wait?: boolean;
  /** Ends the sweep with its first failed run. */
  readonly failFast?: boolean;
  readonly signal?: AbortSignal;
  readonly observer?: SweepObserver;
}

/**
 * Runs the points of a sweep that the database does not hold, and records each as it goes on. A point is claimed when it begins, so any number
 * of processes may run one sweep together; points that others are at are left for the end, and waited for. A run that was begun before and
 * has not come to its end goes on in its row, from its checkpoint if there is one. A run that throws becomes
 * `failed` and the others go on; once the signal is raised, runs in progress end as `interrupted`.
 *
 * @returns how this process's runs ended, by state
 * @throws UserError if the database cannot be written any longer, or the executor can train nothing; runs in progress are ended first
 */
export async function runSweep(options: SweepOptions): Promise<ReadonlyMap<string, number>> {
  return new Sweep(options).run();
}

interface ClaimedRun {
  readonly run: SweepRun;
  readonly claim: ClaimedPoint;
}

class Sweep {
  private readonly stop = new AbortController();
  private readonly environment = readEnvironment();
  private readonly ends = new Map<string, number>();
  private readonly sweepId: number;
  private readonly waiting: SweepPoint[];
  /** See SweepRun. */
  private readonly indices: ReadonlyMap<SweepPoint, number>;
  /** Points that other processes are at. */
  private readonly held = new Set<SweepPoint>();
  private readonly toldOf = new Set<SweepPoint>();
  /** The first error of the store; nothing can be recorded after it. */
  private storeError: unknown = null;
  /** Runs of this process that have not ended. */
  private inProgress = 0;
  /** What ends one of them alone. */
  private readonly stops = new Map<number, AbortController>();
  /** Tells when one has. */
  private readonly news = new EventEmitter().setMaxListeners(0);

  constructor(private readonly options: SweepOptions) {
    this.sweepId = options.store.recordSweep(options, options.points);
    this.waiting = [...options.missing];
    this.indices = new Map(options.missing.map((point, i) => [point, i + 1]));
  }

  async run(): Promise<ReadonlyMap<string, number>> {
    const { store, signal, executor } = this.options;
    const abort = () => this.stop.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    const timer = setInterval(() => store.beat(), HEARTBEAT_INTERVAL_MS);
    const listening = setInterval(() => this.heedRequests(), LOOK_INTERVAL_MS);
    try {
      const outcomes = await Promise.allSettled(
        Array.from({ length: executor.parallel }, () => this.runPointsInTurn()),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      if (this.storeError !== null) throw this.storeError;
      return this.ends;
    } finally {
      clearInterval(timer);
      clearInterval(listening);
      signal?.removeEventListener('abort', abort);
      this.release();
    }
  }

  private async runPointsInTurn(): Promise<void> {
    try {
      for (let next = await this.findRun(); next !== null; next = await this.findRun())
        await this.runPoint(next);
    } catch (error) {
      this.stop.abort();
      throw error;
    }
  }

  /** The next run to do. Waits while there are points that only other processes are at; null at the end. */
  private async findRun(): Promise<ClaimedRun | null> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      const next = await this.claimNext();
      if (next !== null) return next;
      const mayGetMore = this.options.feed !== undefined && this.inProgress > 0;
      if (this.held.size === 0 && !mayGetMore) return null;
      await this.pause(mayGetMore);
      if (this.options.feed) for (const point of this.held) this.options.feed.give(point);
      else this.waiting.push(...this.held);
      this.held.clear();
    }
    return null;
  }

  /** Until it is time to look again, or a run has ended after which there may be more to do. */
  private async pause(mayGetMore: boolean): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.stop.signal, over.signal]);
    // Raised, the signal ends either with an error of its own.
    const ended = mayGetMore ? [once(this.news, 'ended', { signal }).catch(() => {})] : [];
    await Promise.race([sleep(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {}), ...ended]);
    over.abort();
  }

  private async claimNext(): Promise<ClaimedRun | null> {
    const { store, executor, missing, feed, numerics = 'any' } = this.options;
    const { sweepId, environment } = this;
    const { workers } = executor;
    const next = async () => this.waiting.shift() ?? (await feed?.take()) ?? null;
    for (let point = await next(); point !== null && !this.stop.signal.aborted; point = await next()) {
      const claim = store.claimRun({ sweepId, point, environment, workers, numerics });
      if ('runId' in claim) {
        this.inProgress++;
        const [index, count] = [this.indices.get(point) ?? point.position, feed?.count ?? missing.length];
        return { claim, run: { runId: claim.runId, point, index, count } };
      }
      this.leave(point, claim.live);
    }
    return null;
  }

  /** Leaves a point to the run that makes it needless, or will. */
  private leave(point: SweepPoint, live: LiveRun): void {
    const { observer, feed, wait = true } = this.options;
    if (isRecorded(live)) {
      feed?.give(point);
      observer?.pointRecorded?.(point, live);
    } else if (!wait) observer?.pointSkipped?.(point, live);
    else {
      this.held.add(point);
      if (!this.toldOf.has(point)) observer?.pointHeld?.(point, live);
      this.toldOf.add(point);
    }
  }

  /** Where even this cannot be written, the next sweep finds that the process is gone and does it. */
  private release(): void {
    try {
      this.options.store.releaseAll('the sweep ended before it');
    } catch {}
  }

  /** Stops single runs of which another process asks it. That it cannot be read is no error: what has to be recorded will tell. */
  private heedRequests(): void {
    try {
      for (const runId of listStopRequests(this.options.store.db)) this.stops.get(runId)?.abort();
    } catch {}
  }

  private async runPoint({ run, claim }: ClaimedRun): Promise<void> {
    const { store, observer, executor, failFast, checkpoints = null } = this.options;
    observer?.runStarted?.(run);
    const record = new RunRecord(store, claim, (write) => this.keep(write));
    const folder = findRunFolder(store.db.name, run.runId);
    const asked = new AbortController();
    this.stops.set(run.runId, asked);
    let end: RunEnd;
    let thrown: unknown;
    try {
      const aside = claim.isTakenUp ? null : setAsideRunFolder(folder);
      if (aside !== null)
        observer?.printed?.(run, `${folder} was of another database's run, and is now ${aside}`);
      const result = await executor.run(run.point, {
        signal: AbortSignal.any([this.stop.signal, record.lost, asked.signal]),
        checkpoints: checkpoints && { ...checkpoints, folder, ...stopOf(run.point) },
        observer: {
          resumed: (resumption) => {
            record.resume(resumption);
            observer?.resumed?.(run, resumption);
          },
          progressed: (progress) => {
            record.begin();
            observer?.progressed?.(run, progress);
          },
          printed: (line) => observer?.printed?.(run, line),
          epochEnded: (metrics) => {
            record.addEpoch(metrics);
            observer?.epochEnded?.(run, metrics);
          },
        },
      });
      end = { result };
    } catch (error) {
      if (error instanceof UnableToTrain) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof Interrupted) end = { state: 'interrupted', reason };
      else {
        thrown = error;
        end = { state: 'failed', reason };
      }
    }
    this.stops.delete(run.runId);
    record.finish(end);
    if (record.lost.aborted) {
      end = { state: 'interrupted', reason: 'another process took it over, as this one seemed to be gone' };
      if (!this.options.feed) this.waiting.push(run.point);
    }
    if (this.storeError !== null) end = { state: 'interrupted', reason: 'it could not be recorded' };
    // Not before it is recorded: a process that dies in between would have the run to do again.
    if (isDone(end)) await this.clear(run, folder, checkpoints ? checkpoints.keep : 'nothing');
    this.count('result' in end ? end.result.state : end.state);
    if (thrown !== undefined && failFast) this.stop.abort();
    observer?.runEnded?.(run, end, thrown);
    // A run that has failed here would fail again.
    if (thrown === undefined) this.options.feed?.give(run.point);
    this.inProgress--;
    this.news.emit('ended');
  }

  /** Removes the states of a run that is recorded. Where that cannot be done, the run is none the worse. */
  private async clear(run: SweepRun, folder: string, keep: KeptFiles | undefined): Promise<void> {
    try {
      await clearRunFolder(folder, keep);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.options.observer?.printed?.(run, error.message);
    }
  }

  /** Writes to the store. An error there ends the sweep after the current steps instead of being thrown into a training. */
  private keep(write: () => void): void {
    if (this.storeError !== null) return;
    try {
      write();
    } catch (error) {
      this.storeError = error;
      this.stop.abort();
    }
  }

  private count(state: string): void {
    this.ends.set(state, (this.ends.get(state) ?? 0) + 1);
  }
}

/** A point's run may be one that is to stop and go on later. */
function stopOf({ untilEpoch }: SweepPoint): Pick<CheckpointOptions, 'untilEpoch'> {
  return untilEpoch === undefined ? {} : { untilEpoch };
}

function isDone(end: RunEnd): boolean {
  return 'result' in end && end.result.state === 'done';
}
