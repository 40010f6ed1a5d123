/** `waiting`: for others of its cohort, with which it is compared. */
export type TrialState = 'running' | 'waiting' | 'complete' | 'pruned';

/** What is recorded of a trial of a search. */
export interface TrialFacts {
  /** From 1. */
  readonly trial: number;
  readonly state: TrialState;
  /** What was chosen, by the names of parameters. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  /** The first objective after those. Null before there is one, and as it is read, if it is not finite. */
  readonly value: number | null;
  /** All objectives of a complete trial; null likewise. */
  readonly objectives: readonly (number | null)[] | null;
}
