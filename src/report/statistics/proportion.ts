import { NORMAL_975, normalTails } from '../../core/distributions.js';

/** A 95% interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval of a proportion, without continuity correction (Wilson, J. Am. Stat. Assoc. 22, 1927): where a rate may lie after
 * `hits` of `n` independent trials, with 95% confidence. Good for rates near 0 too, and never below 0 or above 1.
 */
export function computeWilsonInterval(hits: number, n: number): Interval {
  const z2 = NORMAL_975 ** 2;
  const centre = (hits + z2 / 2) / (n + z2);
  const half = (NORMAL_975 / (n + z2)) * Math.sqrt((hits * (n - hits)) / n + z2 / 4);
  return { low: hits === 0 ? 0 : centre - half, high: hits === n ? 1 : centre + half };
}

/** Within what two classifiers with the rate of `hits` in `n` lie of each other with probability 95%, each tried on `n` examples of its own. */
export function predictRateDifference(hits: number, n: number): number {
  const rate = hits / n;
  return NORMAL_975 * Math.sqrt((2 * rate * (1 - rate)) / n);
}

/** The pooled two-proportion test: how probable a difference at least so large is if both rates are equal and the trials independent. */
export function compareProportions(
  a: { readonly hits: number; readonly n: number },
  b: { readonly hits: number; readonly n: number },
): number {
  const pooled = (a.hits + b.hits) / (a.n + b.n);
  const variance = pooled * (1 - pooled) * (1 / a.n + 1 / b.n);
  if (variance === 0) return 1;
  return normalTails((a.hits / a.n - b.hits / b.n) / Math.sqrt(variance));
}
