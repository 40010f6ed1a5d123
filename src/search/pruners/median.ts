/** A trial's results after each rung. */
export interface RungValues {
  readonly values: readonly number[];
}

/**
 * Whether the best that a trial has come to is worse than the median of what others had come to at the rung (Golovin et al., "Google Vizier", KDD 2017; as
 * Optuna's MedianPruner). Others that have not been there say nothing.
 *
 * @param values to be as low as can be
 * @param rung from 0
 */
export function isWorseThanMedian(
  values: readonly number[],
  others: readonly RungValues[],
  rung: number,
): boolean {
  const there = others.flatMap((other) => other.values[rung] ?? []).sort((a, b) => a - b);
  if (there.length === 0) return false;
  const middle = (there.length - 1) / 2;
  const median = (there[Math.floor(middle)]! + there[Math.ceil(middle)]!) / 2;
  return Math.min(...values) > median;
}
