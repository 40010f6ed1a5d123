import type { RunContext, TrainOptions, TrainResult } from '../run/types.js';
import type { SweepPoint } from './plan-sweep.js';
import type { RunEnd } from './run-result.js';
import type { SweepObserver, SweepRun } from './sweep.js';
import type { SweepCallbackOptions, SweepRunInfo } from './sweep-options.js';
import type { RunRow } from './view-rows.js';

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

  runEnded({ runId, point }: SweepRun, end: RunEnd<TrainResult>): void {
    const { onRun } = this.#options;
    const run = this.#runs.get(point)!;
    const result = 'result' in end ? end.result : null;
    if (onRun) this.tell(() => onRun(this.#readRow(runId), run, result));
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

  /** Asks the program something whose answer nobody waits for before the end. */
  tell(ask: () => unknown): void {
    this.#answers.push(this.#guard(ask));
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
