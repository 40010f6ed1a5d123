/** Mean and spread of a few numbers. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  /** Of the sample (n - 1); null for a single number. */
  readonly deviation: number | null;
  readonly min: number;
  readonly max: number;
}

/** In two passes, since the one-pass formula loses all digits where the spread is small beside the mean. */
export function measureSpread(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = n > 1 ? Math.sqrt(squares / (n - 1)) : null;
  return { n, mean, deviation, min: Math.min(...values), max: Math.max(...values) };
}
