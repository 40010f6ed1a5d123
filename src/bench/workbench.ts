import { WorkerPool } from '../parallel/pool.js';
import { Crew } from './crew.js';
import type { Effort } from './effort.js';

/** What measurements share: threads, which sleep while others are measured, and how long to measure. */
export class Workbench {
  readonly kernels: string;
  readonly effort: Effort;
  readonly #crews = new Map<number, Crew>();
  readonly #pools = new Map<number, WorkerPool>();

  /** @param kernels the kernel set's name */
  constructor(kernels: string, effort: Effort) {
    this.kernels = kernels;
    this.effort = effort;
  }

  /** Threads for kernels. */
  crew(threads: number): Crew {
    return getOrMake(this.#crews, threads, () => new Crew(threads, this.kernels));
  }

  /** Threads for training. */
  pool(threads: number): WorkerPool {
    return getOrMake(this.#pools, threads, () => WorkerPool.create(threads));
  }

  async close(): Promise<void> {
    for (const threads of [...this.#crews.values(), ...this.#pools.values()]) await threads.close();
  }
}

function getOrMake<Value>(map: Map<number, Value>, key: number, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
