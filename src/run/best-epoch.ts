import type { ModelMemory } from '../network/memory.js';
import type { EpochResults, TestResults } from './measure.js';

/** Which epoch was the best so far. */
export interface BestMark {
  /** From 1. */
  readonly epoch: number;
  /** Without the regularisation term. */
  readonly validationLoss: number;
}

/** Watches for the epoch with the lowest validation loss, the first of equals, and keeps its weights and what they were tested to be if they are asked for. */
export class BestEpoch {
  /** In the places of the weights, zeros before the first epoch's end; null if nobody asks for them. */
  readonly weights: Float32Array | null;
  #mark: BestMark | null = null;
  #results: TestResults | null = null;

  /** @param weightFloats that are kept; null for none */
  constructor(weightFloats: number | null) {
    this.weights = weightFloats === null ? null : new Float32Array(weightFloats);
  }

  /** Null before the first epoch's end. */
  get mark(): BestMark | null {
    return this.#mark;
  }

  /**
   * Takes note of an epoch at its end.
   *
   * @returns whether it is the best so far
   */
  offer(results: EpochResults, { weights }: Pick<ModelMemory, 'weights'>): boolean {
    const validationLoss = results.validationLoss!;
    if (validationLoss >= (this.#mark?.validationLoss ?? Number.POSITIVE_INFINITY)) return false;
    this.resume({ epoch: results.metrics.epoch, validationLoss }, this.weights && results);
    this.weights?.set(weights);
    return true;
  }

  /**
   * Goes on from an earlier part of the run, whose best epoch's weights are in `weights`.
   *
   * @param results of its test, if weights are kept
   */
  resume(mark: BestMark, results: TestResults | null): void {
    this.#mark = mark;
    this.#results = results;
  }

  /** Puts weights that are kept back in place, once there are any, and gives the epoch's results. */
  restore({ weights }: Pick<ModelMemory, 'weights'>): TestResults | null {
    if (this.weights && this.#results) weights.set(this.weights);
    return this.#results;
  }
}
