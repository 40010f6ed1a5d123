import type { ResolvedRunSpec } from '../run/spec.js';
import type { EpochMetrics, Progress, TrainOptions, TrainResult } from '../run/types.js';
import { readEnvironment } from './environment.js';
import type { SweepPoint } from './plan-sweep.js';
import type { RunEnd, Store } from './store.js';

/** How often the store is told that this process lives; much less than what counts as gone. */
const TOUCH_INTERVAL_MS = 60_000;

/** Trains one network: `train`, or a stand-in. */
export type RunOne = (spec: ResolvedRunSpec, options: TrainOptions) => Promise<TrainResult>;

/** A run that this sweep does. */
export interface SweepRun {
  readonly runId: number;
  /** Among the runs that this sweep does, from 1. */
  readonly index: number;
  readonly count: number;
  readonly point: SweepPoint;
}

/** Who wants to know how a sweep goes on. */
export interface SweepObserver {
  runStarted?(run: SweepRun): void;
  progressed?(run: SweepRun, progress: Progress): void;
  epochEnded?(run: SweepRun, metrics: EpochMetrics): void;
  /** `error` is what a failed run threw. */
  runEnded?(run: SweepRun, end: RunEnd, error?: unknown): void;
  /** Another process has claimed the point since the sweep was planned. */
  pointSkipped?(point: SweepPoint): void;
}

export interface SweepOptions {
  readonly store: Store;
  readonly name: string;
  readonly title: string | null;
  /** Keeps the points that a sweep of this name had before. */
  readonly grows?: boolean;
  /** All of the sweep's points. */
  readonly points: readonly SweepPoint[];
  /** Those of them that are to run. */
  readonly missing: readonly SweepPoint[];
  readonly runOne: RunOne;
  /** Given to every run as it is. */
  readonly trainOptions: Pick<TrainOptions, 'pool' | 'workers' | 'profile' | 'plugins'>;
  /** Runs side by side. */
  readonly parallel: number;
  /** Ends the sweep with its first failed run. */
  readonly failFast?: boolean;
  readonly signal?: AbortSignal;
  readonly observer?: SweepObserver;
}

/**
 * Runs the points of a sweep that the database does not hold, and records each as it goes on. A run that throws becomes
 * `failed` and the others go on; once the signal is raised, runs in progress end as `interrupted`.
 *
 * @returns how the runs ended, by state
 * @throws UserError if the database cannot be written any longer; runs in progress are ended first
 */
export async function runSweep(options: SweepOptions): Promise<ReadonlyMap<string, number>> {
  return new Sweep(options).run();
}

class Sweep {
  private readonly stop = new AbortController();
  private readonly environment = readEnvironment();
  private readonly ends = new Map<string, number>();
  /** The first error of the store; nothing can be recorded after it. */
  private storeError: unknown = null;

  constructor(private readonly options: SweepOptions) {}

  async run(): Promise<ReadonlyMap<string, number>> {
    const { store, signal, parallel } = this.options;
    const runs = this.queue();
    const abort = () => this.stop.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    const timer = setInterval(() => this.keep(() => store.touch()), TOUCH_INTERVAL_MS);
    try {
      const waiting = [...runs];
      const lanes = await Promise.allSettled(Array.from({ length: parallel }, () => this.runLane(waiting)));
      for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
      if (this.storeError !== null) throw this.storeError;
      return this.ends;
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', abort);
      this.release(runs);
    }
  }

  private async runLane(waiting: SweepRun[]): Promise<void> {
    try {
      for (let run = waiting.shift(); run !== undefined && !this.stop.signal.aborted; run = waiting.shift()) {
        await this.runPoint(run);
      }
    } catch (error) {
      this.stop.abort();
      throw error;
    }
  }

  /** Where even this cannot be written, the next sweep finds that the process is gone and does it. */
  private release(runs: readonly SweepRun[]): void {
    try {
      this.options.store.releaseRuns(
        runs.map((run) => run.runId),
        'the sweep ended before it',
      );
    } catch {}
  }

  private queue(): SweepRun[] {
    const { store, name, title, grows = false, points, missing, observer } = this.options;
    const identities = points.map((point) => point.identity);
    const ids = store.queueRuns({ name, title, grows }, identities, missing);
    const claimed = missing.filter((point, i) => {
      if (ids[i] === null) observer?.pointSkipped?.(point);
      return ids[i] !== null;
    });
    const runIds = ids.filter((id) => id !== null);
    return claimed.map((point, i) => ({ point, runId: runIds[i]!, index: i + 1, count: claimed.length }));
  }

  private async runPoint(run: SweepRun): Promise<void> {
    const { store, observer, runOne, trainOptions, failFast } = this.options;
    const { spec, dataset } = run.point;
    this.keep(() => store.startRun(run.runId, this.environment, trainOptions.workers ?? null));
    observer?.runStarted?.(run);
    let end: RunEnd;
    let thrown: unknown;
    try {
      const result = await runOne(spec, {
        ...trainOptions,
        dataset,
        signal: this.stop.signal,
        onProgress: (progress) => observer?.progressed?.(run, progress),
        onEpoch: (metrics) => {
          this.keep(() => store.addEpoch(run.runId, metrics));
          observer?.epochEnded?.(run, metrics);
        },
      });
      end = { result };
    } catch (error) {
      thrown = error;
      end = { state: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
    this.keep(() => store.finishRun(run.runId, end));
    if (this.storeError !== null) end = { state: 'interrupted', reason: 'it could not be recorded' };
    this.count('result' in end ? end.result.state : end.state);
    if (thrown !== undefined && failFast) this.stop.abort();
    observer?.runEnded?.(run, end, thrown);
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
