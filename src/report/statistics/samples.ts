import { fisherTail, studentQuantile, studentTails } from '../../core/distributions.js';
import type { Interval } from './proportion.js';
import { measureSpread } from './spread.js';

/**
 * Welch's t test: how probable means at least so far apart are if both samples come from populations with one mean. Null where a sample has
 * fewer than two values or neither varies.
 */
export function compareMeans(a: readonly number[], b: readonly number[]): number | null {
  const [first, second] = [measureSpread(a), measureSpread(b)];
  if (first.deviation === null || second.deviation === null) return null;
  const [u, v] = [first.deviation ** 2 / first.n, second.deviation ** 2 / second.n];
  if (u + v === 0) return null;
  const freedom = (u + v) ** 2 / (u ** 2 / (first.n - 1) + v ** 2 / (second.n - 1));
  return studentTails((first.mean - second.mean) / Math.sqrt(u + v), freedom);
}

/**
 * The F test of two variances, two-sided: how probable deviations at least so unequal are if both samples come from normal populations with
 * one variance. Null where a sample has fewer than two values or does not vary.
 */
export function compareDeviations(a: readonly number[], b: readonly number[]): number | null {
  const [first, second] = [measureSpread(a), measureSpread(b)];
  if (!first.deviation || !second.deviation) return null;
  const tail = fisherTail((first.deviation / second.deviation) ** 2, first.n - 1, second.n - 1);
  return 2 * Math.min(tail, 1 - tail);
}

/** Within what two further values lie of each other with probability 95%, the population being normal. Null for fewer than two values. */
export function predictDifference(values: readonly number[]): number | null {
  const { n, deviation } = measureSpread(values);
  return deviation === null ? null : studentQuantile(0.05, n - 1) * Math.SQRT2 * deviation;
}

/** Within what one further value lies with probability 95%, the population being normal. Null for fewer than two values. */
export function predictNext(values: readonly number[]): Interval | null {
  const { n, mean, deviation } = measureSpread(values);
  if (deviation === null) return null;
  const half = studentQuantile(0.05, n - 1) * Math.sqrt(1 + 1 / n) * deviation;
  return { low: mean - half, high: mean + half };
}
