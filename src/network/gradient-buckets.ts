import { FLOATS_PER_LINE } from '../core/arena.js';
import type { Slot, StepPlan } from './plan.js';

/** Some 2 MB: few enough messages, and what is left for the end of the backward pass, the first layers', is soon there. */
const FLOATS_PER_BUCKET = 2 ** 19;

/**
 * Cuts gradients, in the places of the weights, into what ranks exchange at a time, in the order in which the backward pass completes it: the last
 * parameters' first. Each bucket has a whole number of cache lines for each rank, so that all of them may be longer than the weights.
 */
export function cutBuckets(
  weightFloats: number,
  ranks: number,
): { readonly buckets: readonly Slot[]; readonly floats: number } {
  const unit = ranks * FLOATS_PER_LINE;
  const most = Math.ceil(FLOATS_PER_BUCKET / unit) * unit;
  const floats = Math.ceil(weightFloats / unit) * unit;
  const buckets = Array.from({ length: Math.ceil(floats / most) }, (_, i) => {
    const end = floats - i * most;
    const offset = Math.max(0, end - most);
    return { offset, size: end - offset };
  });
  return { buckets, floats };
}

/**
 * When each bucket is complete: when the last of the steps is done that have parameters in it.
 *
 * @param when a step's own gradients are there; 0 is before all of them
 */
export function findReadiness(buckets: readonly Slot[], when: ReadonlyMap<StepPlan, number>): number[] {
  const places = [...when].flatMap(([{ parameters }, done]) =>
    parameters.map(({ offset, size }) => ({ first: offset, end: offset + size, done })),
  );
  return buckets.map(({ offset, size }) =>
    places
      .filter(({ first, end }) => first < offset + size && end > offset)
      .reduce((last, { done }) => Math.max(last, done), 0),
  );
}
