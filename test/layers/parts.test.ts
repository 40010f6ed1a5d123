import { describe, expect, it } from 'vitest';
import { lanesInUse } from '../../src/kernels/lanes.js';
import { countUnits, rowsOf, unitAt } from '../../src/layers/parts.js';

describe('unitAt', () => {
  it.each([
    { size: 16, bands: 1 },
    { size: 100, bands: 2 },
    { size: 100, bands: 1 },
    { size: 4, bands: 5 },
    { size: 37, bands: 4 },
    { size: 64, bands: 3 },
    { size: 56, bands: 3 },
  ])('gives each band of each bundle once, %o', (cut) => {
    const units = Array.from({ length: countUnits(cut) }, (_, i) => unitAt(i, cut));
    const names = units.map(({ bundle, band }) => `${bundle}.${band}`);
    const bundles = Math.ceil(cut.size / 16);
    const all = Array.from(
      { length: bundles * cut.bands },
      (_, i) => `${Math.floor(i / cut.bands)}.${i % cut.bands}`,
    );
    expect([...names].sort()).toEqual([...all].sort());
    expect(units.map(({ index }) => index)).toEqual([...units.keys()]);
    expect(units.reduce((sum, { images }) => sum + images, 0)).toBe(cut.size * cut.bands);
  });

  it('makes the halves of 100 images as much work as each other', () => {
    const cut = { size: 100, bands: 2 };
    const countLanes = (first: number, end: number) =>
      Array.from({ length: end - first }, (_, i) => lanesInUse(unitAt(first + i, cut).images)).reduce(
        (a, b) => a + b,
      );
    expect(countLanes(0, 7)).toBe(countLanes(7, 14));
  });
});

describe('rowsOf', () => {
  it.each([1, 2, 3, 8, 9, 26])('cuts %i rows into bands that begin at even ones', (height) => {
    for (const bands of [1, 2, 3, 5, 8]) {
      let next = 0;
      for (let band = 0; band < bands; band++) {
        const { first, count } = rowsOf({ band, bands }, height);
        if (count > 0) {
          expect(first).toBe(next);
          expect(first % 2).toBe(0);
        }
        next += count;
      }
      expect(next).toBe(height);
    }
  });
});
