import { join } from 'node:path';
import { Piscina } from 'piscina';
import { findPackageRoot } from '../core/paths.js';
import { breakBarrier } from '../parallel/barrier.js';
import { CONTROL_WORDS } from '../parallel/control.js';
import type { Effort } from './effort.js';
import type { Job } from './jobs.js';
import type { TimedTask } from './timed-task.js';

/** Threads that time kernels. They sleep between measurements. */
export class Crew {
  readonly #piscina: Piscina;
  readonly #kernels: string;

  /** @param kernels the kernel set's name */
  constructor(threads: number, kernels: string) {
    this.#kernels = kernels;
    this.#piscina = new Piscina({
      filename: join(findPackageRoot(), 'dist', 'src', 'bench', 'timed-task.js'),
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
  }

  /**
   * Times jobs, one a thread, all at once.
   *
   * @returns of each round, the time in which every thread has done its job once
   */
  async time(jobs: readonly Job[], { rounds, kernelSeconds }: Effort): Promise<readonly number[]> {
    const shared = {
      kernels: this.#kernels,
      threads: jobs.length,
      control: new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4)),
      runs: new Int32Array(new SharedArrayBuffer(4)),
      rounds,
      seconds: kernelSeconds,
    };
    const times = await Promise.all(
      jobs.map(async (job, thread): Promise<number[]> => {
        try {
          return await this.#piscina.run({ ...shared, job, thread } satisfies TimedTask);
        } catch (error) {
          breakBarrier(shared.control);
          throw error;
        }
      }),
    );
    return times[0]!;
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}
