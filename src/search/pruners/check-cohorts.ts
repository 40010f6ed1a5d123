import { UserError } from '../../core/errors.js';
import type { Search } from '../search-file.js';
import { type Cohort, findCohort } from './cohorts.js';
import { layOutCohorts, type PrunerSpec } from './pruner.js';

/**
 * Refuses a pruner that could give nothing up.
 *
 * @param epochs of trials, from the shortest to the longest
 * @throws UserError
 */
export function checkGivesUp(pruner: PrunerSpec, epochs: readonly number[]): void {
  const cohorts = epochs.flatMap((of) => layOutCohorts(pruner, of));
  if (cohorts.some(({ rungs }) => rungs.length > 1)) return;
  throw new UserError(
    `search.pruner: expected it to look at trials before their end after ${Math.max(...epochs)} epochs, found none that it could give up. ` +
      `Give a smaller "minEpochs"${pruner.kind === 'median' ? '' : ' or "reduction"'}, or more epochs.`,
  );
}

/**
 * Refuses a number of trials with which nothing could come to its end.
 *
 * @param cohorts of trials of so many epochs
 * @throws UserError
 */
export function checkCohorts(
  cohorts: readonly Cohort[],
  { pruner, trials }: Pick<Search, 'pruner' | 'trials'>,
  epochs: number,
): void {
  const { size } = cohorts[0]!;
  if (trials === null || trials >= size) return;
  throw new UserError(
    `search.trials: expected at least the ${size} that the first cohort of ${pruner!.kind} has over ${epochs} epochs, found ${trials}, ` +
      'of which none would come to its end. Give more trials, or a greater "minEpochs".',
  );
}

/** The least number of trials, from that number on, which leaves no cohort unfilled. */
export function fillCohort(cohorts: readonly Cohort[], trials: number): number {
  const { cohort, first } = findCohort(cohorts, trials);
  return first + cohort.size - 1;
}
