import { TooSlowError } from './transfer-error.js';

/** How slow a server may be before another one is tried. */
export interface PaceLimits {
  readonly intervalMs: number;
  /** That must arrive in each interval. */
  readonly leastBytes: number;
}

/** A kilobyte a second: slower, and the largest archive would take two days. */
export const PACE_LIMITS: PaceLimits = { intervalMs: 30_000, leastBytes: 30_000 };

/** Watches how much arrives. A server that sends too little, or nothing, raises its signal, with a `TooSlowError` as the reason. */
export class Pace {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #receivedBytes = 0;

  constructor({ intervalMs, leastBytes }: PaceLimits) {
    this.#timer = setInterval(() => {
      if (this.#receivedBytes < leastBytes) {
        const seconds = intervalMs / 1000;
        this.#controller.abort(
          new TooSlowError(
            this.#receivedBytes === 0
              ? `nothing for ${seconds} seconds`
              : `only ${this.#receivedBytes} bytes in ${seconds} seconds`,
          ),
        );
      }
      this.#receivedBytes = 0;
    }, intervalMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  receive(sizeBytes: number): void {
    this.#receivedBytes += sizeBytes;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
