import type { TrialState } from '../experiment/trial-facts.js';
import type { Assignment } from './space.js';

/** What is known of a run. */
export interface RunProgress {
  /** The first objective, to be as low as can be, after each epoch that is completed. */
  readonly curve: readonly number[];
  /** All objectives of a run that has come to its end; all infinite for one that diverged. Null for any other run. */
  readonly scores: readonly number[] | null;
}

/** What a trial means. */
export interface TrialPlan<Run> {
  /** One for each seed. */
  readonly runs: readonly Run[];
  readonly epochs: number;
  /** Training images of one epoch of one run. */
  readonly imagesPerEpoch: number;
}

/** What a study asks of the world. */
export interface StudyHost<Run> {
  /** @throws UserError for a trial that cannot be run */
  plan(chosen: Assignment, trial: number): Promise<TrialPlan<Run>>;
  isFeasible(chosen: Assignment): boolean;
  /** The mistake in the first choice that was no spec; null if there was none. */
  whyNot?(): string | null;
  /** What is known of a run that is at rest; null for nothing. */
  readProgress(run: Run): RunProgress | null;
}

export interface Trial<Run> {
  /** From 1. */
  readonly number: number;
  readonly chosen: Assignment;
  readonly plan: TrialPlan<Run>;
  readonly state: TrialState;
  /** The first objective, a mean over the runs, after the epochs of each rung that it has come to. */
  readonly values: readonly number[];
  /** Epochs that its runs have taken, at most; what they are to take, while it runs. */
  readonly epochs: number;
  /** All objectives, to be as low as can be; null but for a complete one. */
  readonly scores: readonly number[] | null;
}

/** A run that is to go on. */
export interface Task<Run> {
  readonly trial: number;
  readonly run: Run;
  /** After which it stops, to go on later; null for its end. */
  readonly untilEpoch: number | null;
}
