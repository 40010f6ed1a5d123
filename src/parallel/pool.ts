import { join } from 'node:path';
import { Piscina } from 'piscina';
import { findPackageRoot } from '../core/paths.js';
import { breakBarrier } from './barrier.js';
import type { EvaluateTask, OutlineTask, SharedRun, StepOutline, TrainTask } from './protocol.js';

/**
 * The threads that do a process's runs. Workers of one run wait for each other at barriers, so all of them must be at work at once: runs
 * in progress may not have more workers in all than there are threads.
 */
export class WorkerPool {
  readonly threads: number;
  readonly #piscina: Piscina;

  private constructor(threads: number) {
    this.threads = threads;
    this.#piscina = new Piscina({
      // Threads load this as they start, before there is anything to do.
      filename: findWorker('train'),
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
  }

  static create(threads: number): WorkerPool {
    return new WorkerPool(threads);
  }

  /**
   * Trains one epoch on all of the run's workers.
   *
   * @param times of a profiled run, one array a worker: see TrainTask
   */
  async train(run: SharedRun, epoch: number, times: readonly Float64Array[] | null = null): Promise<void> {
    await this.#fanOut(
      'train',
      run,
      (worker): TrainTask => ({ run, worker, epoch, times: times && times[worker]! }),
    );
  }

  /** What each of the run's workers makes of a training step, before the first one; about a tenth of a second. */
  async outline(run: SharedRun): Promise<readonly StepOutline[]> {
    return this.#fanOut('outline', run, (worker): OutlineTask => ({ run, worker }));
  }

  /** Evaluates one of the run's sets on all of its workers. */
  async evaluate(
    run: SharedRun,
    on: EvaluateTask['on'],
    augmentation: EvaluateTask['augmentation'] = 'none',
  ): Promise<void> {
    await this.#fanOut('evaluate', run, (worker): EvaluateTask => ({ run, worker, on, augmentation }));
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }

  /** One task a worker. If one throws or dies, the others are let go from their barriers, and its error is thrown. */
  async #fanOut<Result>(
    name: 'train' | 'evaluate' | 'outline',
    run: SharedRun,
    makeTask: (worker: number) => unknown,
  ): Promise<Result[]> {
    const filename = findWorker(name);
    const results: Result[] = [];
    let failure: unknown;
    const tasks = Array.from({ length: run.workers }, async (_, worker) => {
      try {
        results[worker] = await this.#piscina.run(makeTask(worker), { filename });
      } catch (error) {
        failure ??= error;
        breakBarrier(run.memory.control);
      }
    });
    await Promise.all(tasks);
    if (failure) throw failure;
    return results;
  }
}

function findWorker(name: string): string {
  return join(findPackageRoot(), 'dist', 'workers', `${name}.js`);
}
