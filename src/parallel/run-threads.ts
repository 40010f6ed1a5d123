import { breakBarrier } from './barrier.js';
import type { EvaluateTask, OutlineTask, SharedRun, StepOutline, Stretch, TrainTask } from './protocol.js';
import { announceRound, breakBoard } from './task-board.js';
import { findModule, type Threads } from './threads.js';
import { Watchdog } from './watchdog.js';

/** The threads that a run has to itself, one for each of its workers. */
export class RunThreads {
  readonly #threads: Threads;
  readonly #release: () => void;

  /** @param release gives the threads back */
  constructor(threads: Threads, release: () => void) {
    this.#threads = threads;
    this.#release = release;
  }

  /**
   * Trains some steps.
   *
   * @param times of a profiled run, one array a worker: see TrainTask
   */
  async train(run: SharedRun, stretch: Stretch, times: readonly Float64Array[] | null = null): Promise<void> {
    await this.#fanOut(
      'train',
      run,
      (worker): TrainTask => ({ run, worker, stretch, times: times && times[worker]! }),
    );
  }

  /** What each of the run's workers makes of a training step, before the first one; about a tenth of a second. */
  async outline(run: SharedRun): Promise<readonly StepOutline[]> {
    return this.#fanOut('outline', run, (worker): OutlineTask => ({ run, worker }));
  }

  /** Evaluates one of the run's sets. */
  async evaluate(
    run: SharedRun,
    on: EvaluateTask['on'],
    augmentation: EvaluateTask['augmentation'] = 'none',
  ): Promise<void> {
    await this.#fanOut('evaluate', run, (worker): EvaluateTask => ({ run, worker, on, augmentation }));
  }

  /** Gives the threads back, once; to be called when no task is under way. */
  release(): void {
    this.#release();
  }

  /**
   * One task a worker. If one throws, dies or falls silent, the others wait for it no longer, and its error is thrown.
   */
  async #fanOut<Result>(
    name: 'train' | 'evaluate' | 'outline',
    run: SharedRun,
    makeTask: (worker: number) => unknown,
  ): Promise<Result[]> {
    const module = findModule('workers', name);
    const results: Result[] = [];
    const failures: unknown[] = [];
    const stops = Array.from({ length: run.workers }, () => new AbortController());
    await this.#threads.begun();
    announceRound(run.memory.board);
    const watchdog = new Watchdog(run, (worker, error) => stops[worker]!.abort(error));
    const tasks = Array.from({ length: run.workers }, async (_, worker) => {
      try {
        results[worker] = await this.#threads.run(makeTask(worker), module, stops[worker]!.signal);
      } catch (error) {
        failures.push(explainThread(error, worker));
        breakBarrier(run.memory.control);
        breakBoard(run.memory.board);
      } finally {
        watchdog.release(worker);
      }
    });
    await Promise.all(tasks);
    watchdog.end();
    if (failures.length > 0) throw failures[0];
    return results;
  }
}

/** Names the worker where its thread has ended; whatever else is thrown stands for itself. */
export function explainThread(error: unknown, worker: number): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const subject = `worker ${worker + 1}: expected its thread to go on, found that it`;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new Error(
      `${subject} ran out of memory for JavaScript. Give it more: NODE_OPTIONS=--max-old-space-size=MEGABYTES`,
      { cause: error },
    );
  }
  const [, exitCode] = /^worker exited with code: (\d+)$/.exec(message) ?? [];
  return exitCode === undefined
    ? error
    : new Error(`${subject} ended with exit code ${exitCode}`, { cause: error });
}
