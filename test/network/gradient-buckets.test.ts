import { describe, expect, it } from 'vitest';
import { FLOATS_PER_LINE } from '../../src/core/arena.js';
import { cutBuckets, padToRanks } from '../../src/network/gradient-buckets.js';

describe('buckets of gradients', () => {
  it.each([
    [1, 2],
    [16, 2],
    [1_000_003, 3],
    [2 ** 19, 2],
    [14_728_266, 64],
  ])('cover %i floats once, the last ones first, with whole lines for each of %i ranks', (weights, ranks) => {
    const floats = padToRanks(weights, ranks);
    expect(floats).toBeGreaterThanOrEqual(weights);
    expect(floats - weights).toBeLessThan(ranks * FLOATS_PER_LINE);
    let end = floats;
    for (const { offset, size } of cutBuckets(weights, ranks)) {
      expect(offset + size).toBe(end);
      expect(size).toBeGreaterThan(0);
      expect(size % (ranks * FLOATS_PER_LINE)).toBe(0);
      end = offset;
    }
    expect(end).toBe(0);
  });

  it('are of some 2 MB', () => {
    expect(cutBuckets(14_728_266, 3)).toHaveLength(29);
    expect(cutBuckets(400_000, 2)).toHaveLength(1);
  });
});
