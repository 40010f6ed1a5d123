/** Much less than what is waited for. */
export const TICK_MS = 250;

/**
 * Waits for a sign of life, and gives up when there has been none for a while. Time is counted by the ticks of this process's own timer, each
 * worth its interval and no more: while a process is stopped (Ctrl-Z), asleep with its machine, or gets no core, nobody has been silent.
 */
export class Patience {
  readonly #limitMs: number;
  readonly #giveUp: (silentMs: number) => void;
  readonly #measureTick: () => number;
  readonly #timer: NodeJS.Timeout;
  #silentMs = 0;

  /**
   * @param giveUp called once, unless `end` comes first
   * @param measureTick how much of a tick counts, in milliseconds: all of it, where nobody can tell that the other side could do nothing
   */
  constructor(limitMs: number, giveUp: (silentMs: number) => void, measureTick = () => TICK_MS) {
    this.#limitMs = limitMs;
    this.#giveUp = giveUp;
    this.#measureTick = measureTick;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** There is a sign of life. */
  renew(): void {
    this.#silentMs = 0;
  }

  /** Nobody waits any longer. */
  end(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#silentMs += this.#measureTick();
    if (this.#silentMs < this.#limitMs) return;
    this.end();
    this.#giveUp(this.#silentMs);
  }
}
