import type { ResolvedRunSpec } from '../run/spec.js';
import type { EpochMetrics, RunContext, StepMetrics, TrainOptions, TrainResult } from '../run/types.js';
import type { SweepPoint } from './plan-sweep.js';
import type { RunEnd } from './run-result.js';
import type { SweepObserver, SweepRun } from './sweep.js';
import type { RunRow } from './view-rows.js';

/** A run of a sweep, for its callbacks. */
export interface SweepRunInfo {
  readonly runId: number;
  /** Among the points that were missing when the sweep began, from 1. */
  readonly index: number;
  /** Of those. */
  readonly count: number;
  readonly label: string;
  readonly spec: ResolvedRunSpec;
}

export interface SweepContext extends RunContext {
  readonly run: SweepRunInfo;
}

/** What a program wants to know of its sweep, and to say. */
export interface SweepCallbackOptions {
  /** Ends runs in progress after their step, as `interrupted`, and the sweep with them. */
  readonly signal?: AbortSignal;
  /** As of `train`; `'stop'` ends the one run. */
  readonly onEpoch?: (metrics: EpochMetrics, context: SweepContext) => unknown;
  /** As of `train`; `'stop'` ends the one run. */
  readonly onStep?: (metrics: StepMetrics, context: SweepContext) => unknown;
  /** Told when a run of this process has ended and is recorded, with what it left behind unless it failed. */
  readonly onRun?: (row: RunRow, run: SweepRunInfo, result: TrainResult | null) => unknown;
}

/** Asks a program about the runs of its sweep. What it throws is no failure of a run: it ends the sweep, and is thrown when all has ended. */
export class SweepCallbacks implements SweepObserver {
  /** The program's, or raised once a callback has thrown. */
  readonly signal: AbortSignal;
  readonly #options: SweepCallbackOptions;
  readonly #readRow: (runId: number) => RunRow;
  readonly #failure = new AbortController();
  readonly #runs = new Map<SweepPoint, SweepRunInfo>();
  /** What `onRun` has still to answer. */
  readonly #answers: Promise<unknown>[] = [];

  constructor(options: SweepCallbackOptions, readRow: (runId: number) => RunRow) {
    this.#options = options;
    this.#readRow = readRow;
    this.signal = AbortSignal.any([this.#failure.signal, ...(options.signal ? [options.signal] : [])]);
  }

  runStarted({ runId, index, count, point }: SweepRun): void {
    this.#runs.set(point, { runId, index, count, label: point.label, spec: point.spec });
  }

  runEnded({ runId, point }: SweepRun, end: RunEnd): void {
    const { onRun } = this.#options;
    const run = this.#runs.get(point)!;
    const result = 'result' in end ? end.result : null;
    if (onRun) this.#answers.push(this.#guard(() => onRun(this.#readRow(runId), run, result)));
  }

  /** What a point's run asks. */
  of(point: SweepPoint): Pick<TrainOptions, 'onEpoch' | 'onStep'> {
    const { onEpoch, onStep } = this.#options;
    const withRun = (context: RunContext) => ({ ...context, run: this.#runs.get(point)! });
    return {
      ...(onEpoch && {
        onEpoch: (metrics, context) => this.#guard(() => onEpoch(metrics, withRun(context))),
      }),
      ...(onStep && {
        onStep: (metrics, context) => this.#guard(() => onStep(metrics, withRun(context))),
      }),
    };
  }

  /** Waits for all answers, and throws the first error. */
  async settle(): Promise<void> {
    await Promise.all(this.#answers);
    if (this.#failure.signal.aborted) throw this.#failure.signal.reason;
  }

  async #guard(ask: () => unknown): Promise<unknown> {
    try {
      return await ask();
    } catch (error) {
      this.#failure.abort(error);
      return 'stop';
    }
  }
}
