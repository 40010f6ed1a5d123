import { FLOATS_PER_LINE } from '../core/arena.js';
import type { Slot, StepPlan } from './plan.js';

/** Some 2 MB: few enough messages, and what is left for the end of the backward pass, the first layers', is soon there. */
const FLOATS_PER_BUCKET = 2 ** 19;

/** What ranks exchange of gradients in the places of the weights: a whole number of cache lines for each rank, so it may be longer than those. */
export function padToRanks(weightFloats: number, ranks: number): number {
  const unit = ranks * FLOATS_PER_LINE;
  return Math.ceil(weightFloats / unit) * unit;
}

/**
 * Cuts that into what is exchanged at a time, with whole lines for each rank as well, in the order in which the backward pass completes it: the last
 * parameters' first.
 */
export function cutBuckets(weightFloats: number, ranks: number): Slot[] {
  const floats = padToRanks(weightFloats, ranks);
  const most = padToRanks(FLOATS_PER_BUCKET, ranks);
  return Array.from({ length: Math.ceil(floats / most) }, (_, i) => {
    const end = floats - i * most;
    const offset = Math.max(0, end - most);
    return { offset, size: end - offset };
  });
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
