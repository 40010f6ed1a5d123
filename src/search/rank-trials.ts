import type { TrialState } from '../experiment/trial-facts.js';

/** What the rank of a trial depends on. */
export interface TrialMerit {
  readonly state: TrialState;
  readonly epochs: number;
  /** The first objective after those, to be as low as can be; null if there is none, or it is not finite. */
  readonly score: number | null;
}

/**
 * The best trial first: complete ones by what they have come to, then all others, of which the ones that came further come first. Equal ones keep their
 * order.
 */
export function rankTrials<T>(trials: readonly T[], meritOf: (trial: T) => TrialMerit): T[] {
  return trials
    .map((trial) => ({ trial, key: keyOf(meritOf(trial)) }))
    .sort(({ key: [a0, a1] }, { key: [b0, b1] }) => compareNumbers(a0, b0) || compareNumbers(a1, b1))
    .map(({ trial }) => trial);
}

function keyOf({ state, epochs, score }: TrialMerit): readonly [number, number] {
  return [state === 'complete' ? Number.NEGATIVE_INFINITY : -epochs, score ?? Number.POSITIVE_INFINITY];
}

/** Infinite ones are equal. */
export function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
