/** Trials that follow one another and compete. */
export interface Cohort {
  readonly size: number;
  /** In order; the last one is the end of a run. */
  readonly rungs: readonly Rung[];
}

export interface Rung {
  /** After so many epochs results are compared. */
  readonly epochs: number;
  /** So many of the cohort go on. */
  readonly keep: number;
}

/** A trial's cohort. */
export interface CohortPlace {
  readonly cohort: Cohort;
  /** Its first trial's number, from 1. */
  readonly first: number;
}

/** The cohort of a trial, from 1, if cohorts of some kinds follow one another in turn. */
export function findCohort(kinds: readonly Cohort[], trial: number): CohortPlace {
  const round = kinds.reduce((sum, { size }) => sum + size, 0);
  let first = Math.floor((trial - 1) / round) * round + 1;
  for (const cohort of kinds) {
    if (trial < first + cohort.size) return { cohort, first };
    first += cohort.size;
  }
  throw new Error(`search: trial ${trial} is in no cohort`);
}

/** Epochs that all trials of a cohort take together, if none ends before its time. */
export function countEpochs({ size, rungs }: Cohort): number {
  let sum = 0;
  let trials = size;
  let before = 0;
  for (const { epochs, keep } of rungs) {
    sum += trials * (epochs - before);
    [trials, before] = [keep, epochs];
  }
  return sum;
}
