import { describe, expect, it } from 'vitest';
import { exponential } from '../../src/core/exponential.js';
import { RandomStream } from '../../src/core/rng.js';

describe('exponential', () => {
  it.each([
    // math.exp of Python 3.11.
    [0, 1],
    [1, Math.E],
    [-1, 0.36787944117144233],
    [0.34, 1.4049475905635938],
    [-0.35, 0.7046880897187134],
    [10.5, 36315.502674246636],
    [-20, 2.061153622438558e-9],
    [700, 1.0142320547350045e304],
    [-700, 9.859676543759771e-305],
  ])('of %f is %f', (x, expected) => {
    expect(Math.abs(exponential(x) - expected)).toBeLessThanOrEqual(2 ** -50 * expected);
  });

  it('ends where doubles do', () => {
    expect(exponential(710)).toBe(Number.POSITIVE_INFINITY);
    expect(exponential(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(exponential(-709)).toBe(0);
    expect(exponential(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(exponential(Number.NaN)).toBeNaN();
  });

  it("differs from the engine's by no more than a few units in the last place", () => {
    const stream = new RandomStream([1, 3]);
    for (let i = 0; i < 20_000; i++) {
      const x = 60 * stream.nextUniform() - 30;
      expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(2 ** -50);
    }
  });
});
