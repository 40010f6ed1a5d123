import { breakBarrier } from '../parallel/barrier.js';
import { CONTROL_WORDS } from '../parallel/control.js';
import { findModule, Threads } from '../parallel/threads.js';
import type { Effort } from './effort.js';
import type { Job } from './jobs.js';
import type { TimedTask } from './timed-task.js';

/** Threads that time kernels. They sleep between measurements. */
export class Crew {
  readonly #threads: Threads;
  readonly #kernels: string;

  /** @param kernels the kernel set's name */
  constructor(threads: number, kernels: string) {
    this.#kernels = kernels;
    this.#threads = new Threads(threads, findModule('src', 'bench', 'timed-task'));
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
          return await this.#threads.run({ ...shared, job, thread } satisfies TimedTask);
        } catch (error) {
          breakBarrier(shared.control);
          throw error;
        }
      }),
    );
    return times[0]!;
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }
}
