import type { Assignment, Space } from '../space.js';

/** What a sampler is told of an earlier trial. */
export interface SeenTrial {
  readonly chosen: Assignment;
  /** Null for one whose result may not be known yet, since it is among the last `lag`. */
  readonly result: SeenResult | null;
}

export interface SeenResult {
  /** One that was trained to its end tells more than one that was given up, and that one the more the later. */
  readonly isComplete: boolean;
  readonly epoch: number;
  /** To be as low as can be; infinite for a run that diverged. Several for several objectives. */
  readonly scores: readonly number[];
}

/** What a sampler knows when it chooses. */
export interface SamplerContext {
  readonly space: Space;
  readonly seed: number;
  /** Whether a choice meets the constraints. */
  readonly isFeasible: (chosen: Assignment) => boolean;
  /** The mistake in the first choice that was no spec; null if there was none. */
  readonly whyNot?: () => string | null;
}

/** Chooses trials, one after another from the first: a pure function of the context and of what it is told. */
export interface Sampler {
  /**
   * Chooses the next trial, null if there is none left.
   *
   * @param seen all trials before it, in order
   * @throws UserError if it finds none that meets the constraints
   */
  choose(seen: readonly SeenTrial[]): Assignment | null;
}
