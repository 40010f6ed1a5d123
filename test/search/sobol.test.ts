import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeKey } from '../../src/core/rng.js';
import { makeDirections, scramble, sobolWord } from '../../src/search/samplers/sobol/sobol.js';

interface Golden {
  readonly first16of5: readonly (readonly number[])[];
  readonly point1000of64: readonly number[];
  readonly point1048575of3: readonly number[];
}
const golden = JSON.parse(
  readFileSync(new URL('golden/scipy-sobol.json', import.meta.url), 'utf8'),
) as Golden;

const pointAt = (dimensions: number, index: number) =>
  Array.from({ length: dimensions }, (_, dimension) => sobolWord(makeDirections(dimension), index) / 2 ** 32);

describe('Sobol points', () => {
  it("are SciPy's, point by point", () => {
    expect(golden.first16of5.map((_, i) => pointAt(5, i))).toEqual(golden.first16of5);
    expect(pointAt(64, 1000)).toEqual(golden.point1000of64);
    expect(pointAt(3, 2 ** 20 - 1)).toEqual(golden.point1048575of3);
  });
});

describe('scrambled Sobol points', () => {
  const scrambled = (seed: number, count: number) => {
    const directions = [0, 1, 2].map(makeDirections);
    return Array.from({ length: count }, (_, i) =>
      directions.map((words, d) => scramble(sobolWord(words, i), makeKey(seed, 'search', d)) / 2 ** 32),
    );
  };

  it('have one of 64 points in each 64th of each dimension, and in each cell of an 8×8 grid of the first two', () => {
    const points = scrambled(7, 64);
    for (const d of [0, 1, 2]) {
      expect(new Set(points.map((point) => Math.floor(64 * point[d]!))).size).toBe(64);
    }
    expect(new Set(points.map(([x, y]) => `${Math.floor(8 * x!)} ${Math.floor(8 * y!)}`)).size).toBe(64);
  });

  it('differ from seed to seed, and are equal for one', () => {
    expect(scrambled(1, 8)).toEqual(scrambled(1, 8));
    expect(scrambled(1, 8)).not.toEqual(scrambled(2, 8));
  });

  it('turn the bits behind a prefix alike for all points that have it', () => {
    const key = makeKey(3, 'search');
    const [a, b, c] = [0x80000000, 0x80000001, 0xc0000000].map((word) => scramble(word, key));
    expect(a! ^ b!).toBe(1);
    expect((a! ^ c!) >>> 30).toBe(1);
  });
});
