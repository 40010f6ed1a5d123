import { TICK_MS } from '../core/patience.js';
import { CoreWaits } from '../core/process-time.js';
import type { NetworkPlan } from '../network/plan.js';
import { MOST_EVALUATION_IMAGES } from './evaluation.js';
import type { SharedRun } from './protocol.js';
import { readPulse } from './pulse.js';

/** Of a worker in a pass that takes no time to speak of. */
const SILENCE_LIMIT_MS = 8_000;
/** Multiply-adds a millisecond, a tenth of what the slowest native kernels do, and of what plain loops do. */
const NATIVE_FLOOR = 1_000_000;
const PLAIN_FLOOR = 20_000;
/** Multiply-adds of a weight's update, at most: optimizers that take a kernel as a matrix have its shorter side fifteen times. */
const UPDATE_MULTIPLY_ADDS = 1_000;
/** A pass may compute the products of its layer twice. */
const PRODUCTS = 2;

/** A worker that has given no sign of life for too long. Native code that never returns cannot be ended but with its process. */
export class MuteWorker extends Error {
  override readonly name = 'MuteWorker';
}

/**
 * How long a worker of a run may be silent: longer by what the longest pass of a step takes on a machine with nearly nothing to give.
 *
 * @param isPlain whether loops in JavaScript do the work, or some of it
 */
export function limitSilence({ steps, batchSize, weightFloats }: NetworkPlan, isPlain: boolean): number {
  const products = Math.max(0, ...steps.map(({ layer }) => layer.multiplyAddsPerImage));
  // An evaluation may take as many at a time, however small the mini-batches.
  const images = Math.max(batchSize, MOST_EVALUATION_IMAGES);
  const longest = PRODUCTS * products * images + UPDATE_MULTIPLY_ADDS * weightFloats;
  return SILENCE_LIMIT_MS + longest / (isPlain ? PLAIN_FLOOR : NATIVE_FLOOR);
}

/**
 * Watches a run's workers while each does a task. Silence is counted as Patience does it, without the time in which threads wait for a core.
 * Workers that wait at a barrier are waiting for another one, unless all of them are.
 */
export class Watchdog {
  readonly #run: SharedRun;
  readonly #giveUp: (worker: number, error: MuteWorker) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #waits: Pick<CoreWaits, 'measure'>;
  /** Of the workers whose task is not done, by their numbers. */
  readonly #watched: Map<number, { beats: number; silentMs: number }>;

  /** @param giveUp called once for a worker */
  constructor(
    run: SharedRun,
    giveUp: (worker: number, error: MuteWorker) => void,
    waits: Pick<CoreWaits, 'measure'> = new CoreWaits(),
  ) {
    this.#run = run;
    this.#giveUp = giveUp;
    this.#waits = waits;
    this.#watched = new Map(
      Array.from({ length: run.workers }, (_, worker) => [worker, { beats: -1, silentMs: 0 }]),
    );
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** A worker's task is done. */
  release(worker: number): void {
    this.#watched.delete(worker);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { memory, silenceLimitMs } = this.#run;
    const states = [...this.#watched].map(([worker, watched]) => {
      const state = readPulse(memory.pulse, worker);
      const isSilent = state.beats === watched.beats;
      watched.beats = state.beats;
      return { worker, watched, isSilent, ...state };
    });
    // Nobody looks at the system's files while all is well.
    const tickMs = states.some(({ isSilent }) => isSilent) ? Math.max(0, TICK_MS - this.#waits.measure()) : 0;
    for (const { watched, isSilent } of states) watched.silentMs = isSilent ? watched.silentMs + tickMs : 0;
    const silent = states.filter(({ watched }) => watched.silentMs >= silenceLimitMs);
    const allWait = silent.length === this.#watched.size && silent.every(({ isWaiting }) => isWaiting);
    for (const { worker, watched, place, isWaiting, epoch, step } of silent) {
      if (isWaiting && !allWait) {
        // The one that it waits for is about to be given up, or has not been silent for as long.
        watched.silentMs = 0;
        continue;
      }
      this.release(worker);
      const where = isWaiting ? ' at a barrier' : place === '' ? '' : ` in ${place}`;
      this.#giveUp(
        worker,
        new MuteWorker(
          `worker ${worker + 1} of ${this.#run.workers} has been silent for ${(watched.silentMs / 1000).toFixed(1)} s${where} ` +
            `(epoch ${epoch + 1}, step ${step + 1})`,
        ),
      );
    }
  }
}
