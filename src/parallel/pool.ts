import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { findPackageRoot } from '../core/paths.js';
import { breakBarrier } from './barrier.js';
import type { EvaluateTask, RunDescription, TrainTask } from './protocol.js';

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
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
  }

  static create(threads: number): WorkerPool {
    return new WorkerPool(threads);
  }

  /** True if there are more threads than cores. */
  get crowded(): boolean {
    return this.threads > availableParallelism();
  }

  /** Trains one epoch on all of the run's workers. */
  async train(run: RunDescription, epoch: number): Promise<void> {
    await this.#fanOut('train', run, (worker): TrainTask => ({ run, worker, epoch }));
  }

  /** Evaluates the test images on all of the run's workers. */
  async evaluate(run: RunDescription): Promise<void> {
    await this.#fanOut('evaluate', run, (worker): EvaluateTask => ({ run, worker }));
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }

  /** One task a worker. If one throws or dies, the others are let go from their barriers, and its error is thrown. */
  async #fanOut(
    name: 'train' | 'evaluate',
    run: RunDescription,
    makeTask: (worker: number) => unknown,
  ): Promise<void> {
    const filename = join(findPackageRoot(), 'dist', 'workers', `${name}.js`);
    let failure: unknown;
    const tasks = Array.from({ length: run.workers }, async (_, worker) => {
      try {
        await this.#piscina.run(makeTask(worker), { filename });
      } catch (error) {
        failure ??= error;
        breakBarrier(run.control);
      }
    });
    await Promise.all(tasks);
    if (failure) throw failure;
  }
}
