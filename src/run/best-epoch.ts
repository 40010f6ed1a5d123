import type { ModelMemory } from '../network/memory.js';
import type { EpochResults } from './measure.js';

/** Keeps the weights of the epoch with the lowest validation loss, the first of equals, and what they were tested to be. */
export class BestEpoch {
  #results: EpochResults | null = null;
  #weights = new Float32Array();

  /** From 1; null before the first epoch's end. */
  get epoch(): number | null {
    return this.#results?.metrics.epoch ?? null;
  }

  /** Takes note of an epoch at its end. */
  offer(results: EpochResults, { weights }: Pick<ModelMemory, 'weights'>): void {
    if (results.validationLoss! < (this.#results?.validationLoss ?? Number.POSITIVE_INFINITY)) {
      this.#results = results;
      this.#weights = weights.slice();
    }
  }

  /** Puts the weights back in place, if there are any, and gives the epoch's results. */
  restore({ weights }: Pick<ModelMemory, 'weights'>): EpochResults | null {
    if (this.#results) weights.set(this.#weights);
    return this.#results;
  }
}
