import { chiSquaredTail } from '../../core/distributions.js';

/** What Cochran's test comes to. */
export interface CochranResult {
  /** Chi-squared distributed with one degree less than there are classifiers, if all are equally good. */
  readonly q: number;
  readonly p: number;
}

/**
 * Cochran's Q test (Biometrika 37, 1950), which is McNemar's for more than two: whether classifiers that were tried on the
 * same examples have one and the same error rate.
 *
 * @param wrong wrong[classifier][example]: true or 1 where it errs; at least two classifiers, equally long
 */
export function testCochran(wrong: readonly ArrayLike<number | boolean>[]): CochranResult {
  const classifiers = wrong.length;
  const examples = wrong[0]!.length;
  const errors = wrong.map((row) => Array.from(row).filter(Boolean).length);
  let total = 0;
  let squares = 0;
  for (let i = 0; i < examples; i++) {
    const misses = wrong.reduce((sum, row) => sum + (row[i] ? 1 : 0), 0);
    total += misses;
    squares += misses * misses;
  }
  const spread = classifiers * errors.reduce((sum, count) => sum + count * count, 0) - total * total;
  const scale = classifiers * total - squares;
  // No example on which they differ: nothing speaks against equality.
  if (scale === 0) return { q: 0, p: 1 };
  const q = ((classifiers - 1) * spread) / scale;
  return { q, p: chiSquaredTail(q, classifiers - 1) };
}
