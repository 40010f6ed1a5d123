import type { HeadAddress } from './job.js';

/** Short enough for a network that comes back, long enough for the jobs that a dead head has left. */
const MEMORY_MS = 60_000;

/** Heads that did not answer a moment ago, so that nobody waits for them once more with each of their jobs. */
export class SilentHeads {
  readonly #until = new Map<string, number>();

  /** @param clock milliseconds, from any origin */
  constructor(private readonly clock: () => number = () => performance.now()) {}

  add(head: HeadAddress): void {
    this.#until.set(keyOf(head), this.clock() + MEMORY_MS);
  }

  has(head: HeadAddress): boolean {
    const until = this.#until.get(keyOf(head));
    if (until === undefined) return false;
    if (this.clock() < until) return true;
    this.#until.delete(keyOf(head));
    return false;
  }
}

/** One that is started anew in the same place has another token, and is asked at once. */
function keyOf({ url, token }: HeadAddress): string {
  return `${url} ${token}`;
}
