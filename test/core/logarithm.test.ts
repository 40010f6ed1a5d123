import { describe, expect, it } from 'vitest';
import { naturalLogarithm } from '../../src/core/logarithm.js';
import { RandomStream } from '../../src/core/rng.js';

describe('naturalLogarithm', () => {
  it.each([
    // math.log of Python 3.11.
    [1, 0],
    [2, Math.LN2],
    [0.5, -Math.LN2],
    [Math.E, 1],
    [1e-10, -23.025850929940457],
    [2 ** -33, -22.873856958478196],
    [1e300, 690.7755278982137],
    // Both sides of where m is halved, and of where the series changes its form.
    [1.4141, 0.3464932863315937],
    [1.4143, 0.34663470904431704],
    [1.379, 0.32135859881116474],
    [1.381, 0.3228078744271551],
    [1.4199, 0.3505864465981749],
    [1.4201, 0.35072729166883027],
  ])('of %f is %f', (x, expected) => {
    expect(Math.abs(naturalLogarithm(x) - expected)).toBeLessThanOrEqual(2 ** -52 * Math.abs(expected));
  });

  it("differs from the engine's by no more than a unit in the last place", () => {
    const stream = new RandomStream([1, 2]);
    for (let i = 0; i < 20_000; i++) {
      const x = 2 ** (60 * stream.nextUniform() - 30);
      const expected = Math.log(x);
      expect(Math.abs(naturalLogarithm(x) - expected)).toBeLessThanOrEqual(2 ** -52 * Math.abs(expected));
    }
  });
});
