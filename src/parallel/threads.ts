import { join } from 'node:path';
import { Piscina } from 'piscina';
import { findPackageRoot } from '../core/paths.js';

/** Threads that do tasks, one each at a time. */
export class Threads {
  readonly #piscina: Piscina;
  /** When every thread has loaded what it begins with. */
  readonly #loaded: Promise<unknown>;

  /** @param module that each thread loads as it starts, before there is anything to do */
  constructor(count: number, module: string) {
    this.#piscina = new Piscina({
      filename: module,
      minThreads: count,
      maxThreads: count,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
    const ready = findModule('workers', 'ready');
    this.#loaded = Promise.allSettled(
      Array.from({ length: count }, () => this.#piscina.run(null, { filename: ready })),
    );
  }

  /** Does a task with a module's default function, or with that of the first module. */
  async run<Result>(task: unknown, module?: string): Promise<Result> {
    return this.#piscina.run(task, module === undefined ? {} : { filename: module });
  }

  /**
   * Ends the threads, once all have loaded: V8 aborts the whole process (`Module::IsGraphAsync`) where a thread is ended within the `require` of
   * an ES module.
   */
  async close(): Promise<void> {
    await this.#loaded;
    await this.#piscina.destroy();
  }
}

/** A compiled module by its path below `dist`, without extension. */
export function findModule(...path: readonly string[]): string {
  return `${join(findPackageRoot(), 'dist', ...path)}.js`;
}
