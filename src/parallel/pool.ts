import { UserError } from '../core/errors.js';
import { RunThreads } from './run-threads.js';
import { ThreadQueue } from './thread-queue.js';
import { findModule, Threads } from './threads.js';

/** More threads than this are a slip of the finger. */
export const MAX_THREADS = 256;

/**
 * The threads that do a process's runs. Workers of one run wait for each other at barriers, so all of them must be at work at once: a run gets
 * all of its threads, or waits until those that have asked before have got theirs.
 */
export class WorkerPool {
  readonly threads: number;
  readonly #threads: Threads;
  readonly #queue: ThreadQueue;
  readonly #closing = new AbortController();
  #closed: Promise<void> | null = null;

  private constructor(threads: number) {
    this.threads = threads;
    this.#threads = new Threads(threads, findModule('workers', 'train'));
    this.#queue = new ThreadQueue(threads);
  }

  /** @throws UserError if the number makes no sense */
  static create(threads: number): WorkerPool {
    return new WorkerPool(checkWorkers(threads, MAX_THREADS));
  }

  /** When a run of this pool is to end: its own signal, if it has one, or the pool's closing. */
  watch(signal?: AbortSignal): AbortSignal {
    const closing = this.#closing.signal;
    return signal ? AbortSignal.any([signal, closing]) : closing;
  }

  /**
   * Waits for threads for a run.
   *
   * @param signal see `watch`
   * @returns null if the signal is raised before they are free
   * @throws UserError if there are not so many, or the pool has been closed
   */
  async reserve(workers: number, signal: AbortSignal): Promise<RunThreads | null> {
    checkWorkers(workers, this.threads);
    if (this.#closed) {
      throw new UserError('pool: expected an open one, found it closed. Close it when its runs are done.');
    }
    const granted = await this.#queue.take(workers, signal);
    return granted ? new RunThreads(this.#threads, () => this.#queue.give(workers)) : null;
  }

  /** Ends all runs as `interrupted`, those that still wait at once and the others after their step, and then the threads. */
  async close(): Promise<void> {
    this.#closed ??= this.#end();
    await this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    await this.#queue.take(this.threads);
    await this.#threads.close();
  }
}

function checkWorkers(count: number, limit: number): number {
  if (!Number.isInteger(count) || count < 1 || count > limit) {
    throw new UserError(`workers: expected a whole number from 1 to ${limit}, found ${count}.`);
  }
  return count;
}
