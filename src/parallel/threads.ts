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

/** Threads make few objects as they work. Left to itself V8 keeps up to 48 MB a thread for new ones. */
const YOUNG_GENERATION_MB = 6;

/** Threads that do tasks, one each at a time. One that ends takes its task with it, and another one comes in its place. */
export class Threads {
  readonly #piscina: Piscina;
  readonly #module: string;
  /** When every thread has begun; fails if one cannot. */
  readonly #ready: Promise<unknown>;
  /** Why no thread begins in another one's place any more: tasks would wait for it for ever. */
  #fault: UserError | null = null;
  /** Of all that waits for threads. */
  readonly #rejects = new Set<(fault: UserError) => void>();
  #tasks = 0;

  /**
   * @param module that each thread loads as it starts, before there is anything to do
   * @throws UserError if this process may not have threads
   */
  constructor(count: number, module: string) {
    this.#module = module;
    this.#piscina = startPiscina(count)
      .on('error', (error) => this.#fail(error))
      // Threads that end without an error while they begin are seen by what they leave: tasks that no thread is there for.
      .on('workerDestroy', () =>
        setImmediate(() => {
          if (this.#tasks > this.#piscina.threads.length) this.#fail(new Error('they end as they begin'));
        }),
      );
    const waits = new CoreWaits();
    const patience = new Patience(
      START_LIMIT_MS + count * START_LIMIT_PER_THREAD_MS,
      (ms) => this.#fail(new Error(`they have not begun after ${(ms / 1000).toFixed(1)} s`)),
      () => Math.max(0, TICK_MS - waits.measure()),
    );
    const readies = Array.from({ length: count }, () =>
      this.#piscina
        .run({ module: pathToFileURL(module).href })
        .catch((error) => Promise.reject(explainStart(error))),
    );
    this.#ready = this.#unlessBroken(Promise.all(readies)).finally(() => patience.end());
    // Whoever asks for a task hears of it.
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
    if (this.#fault) throw this.#fault;
    this.#tasks++;
    try {
      return await this.#unlessBroken<Result>(
        this.#piscina.run({ module: pathToFileURL(module).href, task }, signal ? { signal } : {}),
      );
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

  /** Gives what threads do, unless they can no longer begin. Not a race against one promise, which would keep whatever it has raced against. */
  #unlessBroken<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      work.finally(() => this.#rejects.delete(reject)).then(resolve, reject);
    });
  }

  #fail(error: unknown): void {
    this.#fault ??= explainStart(error);
    for (const reject of this.#rejects) reject(this.#fault);
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
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
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
