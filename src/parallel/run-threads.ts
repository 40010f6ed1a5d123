import { breakBarrier } from './barrier.js';
import type { EvaluateTask, OutlineTask, SharedRun, StepOutline, Stretch, TrainTask } from './protocol.js';
import { findModule, type Threads } from './threads.js';

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

  /** One task a worker. If one throws or dies, the others are let go from their barriers, and its error is thrown. */
  async #fanOut<Result>(
    name: 'train' | 'evaluate' | 'outline',
    run: SharedRun,
    makeTask: (worker: number) => unknown,
  ): Promise<Result[]> {
    const module = findModule('workers', name);
    const results: Result[] = [];
    const failures: unknown[] = [];
    const tasks = Array.from({ length: run.workers }, async (_, worker) => {
      try {
        results[worker] = await this.#threads.run(makeTask(worker), module);
      } catch (error) {
        failures.push(error);
        breakBarrier(run.memory.control);
      }
    });
    await Promise.all(tasks);
    if (failures.length > 0) throw failures[0];
    return results;
  }
}
