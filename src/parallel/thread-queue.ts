interface Waiting {
  readonly count: number;
  readonly answer: (granted: boolean) => void;
}

/**
 * Gives out threads: as many as somebody asks for at once, in the order of asking. Nobody overtakes, so that a large run is not kept
 * waiting by small ones.
 */
export class ThreadQueue {
  #free: number;
  readonly #waiting: Waiting[] = [];

  constructor(threads: number) {
    this.#free = threads;
  }

  /**
   * Waits for threads.
   *
   * @param count at most as many as there are
   * @returns false, and none are taken, if the signal is raised before they are free
   */
  async take(count: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false;
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        waiting.answer(false);
        this.#serve();
      };
      const waiting: Waiting = {
        count,
        answer(granted) {
          signal?.removeEventListener('abort', leave);
          resolve(granted);
        },
      };
      signal?.addEventListener('abort', leave);
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  /** Takes threads back. */
  give(count: number): void {
    this.#free += count;
    this.#serve();
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next && next.count <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.count;
      next.answer(true);
    }
  }
}
