import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Piscina } from 'piscina';
import { UserError } from '../core/errors.js';
import { findPackageRoot } from '../core/paths.js';
import { Patience, TICK_MS } from '../core/patience.js';
import { CoreWaits } from '../core/process-time.js';
import { chooseThreadFlags } from './thread-flags.js';

/** A thread begins within a few tenths of a second of one core's time. */
const START_LIMIT_MS = 8_000;
const START_LIMIT_PER_THREAD_MS = 500;

/** Threads that do tasks, one each at a time. One that ends takes its task with it, and another one comes in its place. */
export class Threads {
  readonly #piscina: Piscina;
  readonly #module: string;
  /** When every thread has begun; fails if one cannot. */
  readonly #ready: Promise<unknown>;
  /** Fails once a thread cannot begin in another one's place: tasks would wait for it for ever. */
  readonly #broken: Promise<never>;
  #tasks = 0;

  /**
   * @param module that each thread loads as it starts, before there is anything to do
   * @throws UserError if this process may not have threads
   */
  constructor(count: number, module: string) {
    this.#module = module;
    let fail: (error: unknown) => void;
    this.#broken = new Promise((_, reject) => {
      fail = (error) => reject(explainStart(error));
    });
    this.#piscina = startPiscina(count)
      .on('error', (error) => fail(error))
      // Threads that end without an error while they begin are seen by what they leave: tasks that no thread is there for.
      .on('workerDestroy', () =>
        setImmediate(() => {
          if (this.#tasks > this.#piscina.threads.length) fail(new Error('they end as they begin'));
        }),
      );
    const waits = new CoreWaits();
    const patience = new Patience(
      START_LIMIT_MS + count * START_LIMIT_PER_THREAD_MS,
      (ms) => fail(new Error(`they have not begun after ${(ms / 1000).toFixed(1)} s`)),
      () => Math.max(0, TICK_MS - waits.measure()),
    );
    const readies = Array.from({ length: count }, () =>
      this.#piscina
        .run({ module: pathToFileURL(module).href })
        .catch((error) => Promise.reject(explainStart(error))),
    );
    this.#ready = Promise.race([Promise.all(readies), this.#broken]).finally(() => patience.end());
    // Whoever asks for a task hears of it.
    this.#broken.catch(() => {});
    this.#ready.catch(() => {});
  }

  /**
   * Resolves when every thread has begun.
   *
   * @throws UserError if one cannot
   */
  async begun(): Promise<void> {
    await this.#ready;
  }

  /**
   * Does a task with a module's default function, or with that of the first module.
   *
   * @param signal ends the task at once, and its thread with it: what is raised is thrown
   * @throws UserError if threads cannot begin
   */
  async run<Result>(task: unknown, module = this.#module, signal?: AbortSignal): Promise<Result> {
    await this.#ready;
    this.#tasks++;
    try {
      return await Promise.race([
        this.#piscina.run({ module: pathToFileURL(module).href, task }, signal ? { signal } : {}),
        this.#broken,
      ]);
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      this.#tasks--;
    }
  }

  /** Ends the threads, whatever they are at: also those that have not yet begun, or cannot. */
  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}

/** A compiled module by its path below `dist`, without extension. */
export function findModule(...path: readonly string[]): string {
  return `${join(findPackageRoot(), 'dist', ...path)}.js`;
}

function startPiscina(count: number): Piscina {
  const flags = chooseThreadFlags(process.execArgv);
  try {
    return new Piscina({
      filename: join(findPackageRoot(), 'dist', 'workers', 'task.cjs'),
      minThreads: count,
      maxThreads: count,
      idleTimeout: Number.POSITIVE_INFINITY,
      ...(flags && { execArgv: flags }),
    });
  } catch (error) {
    throw explainStart(error);
  }
}

function explainStart(error: unknown): UserError {
  const message = error instanceof Error ? error.message : String(error);
  return new UserError(
    `threads: expected worker threads that begin, found: ${message}. ` +
      `Take away the flag of Node.js that they do not bear (${listFlags() || 'none is given'}), or let the process have more threads.`,
    { cause: error },
  );
}

function listFlags(): string {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].filter((flag) => flag !== '').join(' ');
}
