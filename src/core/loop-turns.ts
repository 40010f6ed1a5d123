import { setImmediate } from 'node:timers/promises';

/** Shorter than anybody notices who waits for an answer. */
const TURN_MS = 5;

/** Shares the event loop among works that would hold it up: each asks before a piece whether it is somebody else's turn. */
export class LoopTurns {
  /** One waits behind the other, so that the loop comes round between any two. */
  #queue: Promise<void> = Promise.resolve();
  #until = performance.now() + TURN_MS;

  /** Goes on at once as long as the loop has not been held up for long; else after everything else that waits for it. */
  async giveWay(): Promise<void> {
    if (performance.now() < this.#until) return;
    this.#queue = this.#queue.then(async () => {
      await setImmediate();
      this.#until = performance.now() + TURN_MS;
    });
    await this.#queue;
  }
}
