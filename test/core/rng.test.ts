import { describe, expect, it } from 'vitest';
import { invertNormal, makeKey, type PhiloxKey, philox, RandomStream, shuffle } from '../../src/core/rng.js';

const DRAWS = 40_000;

function drawMany(stream: RandomStream, draw: (stream: RandomStream) => number): number[] {
  return Array.from({ length: DRAWS }, () => draw(stream));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function momentOf(values: readonly number[], power: number): number {
  return meanOf(values.map((value) => value ** power));
}

describe('philox', () => {
  // Known answers of the Random123 library (kat_vectors, philox4x32 with 10 rounds).
  it.each<{ counter: [number, number, number, number]; key: PhiloxKey; words: number[] }>([
    { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])('gives $words for counter $counter and key $key', ({ counter, key, words }) => {
    const out = new Uint32Array(4);
    philox(key, ...counter, out);
    expect([...out]).toEqual(words);
  });
});

describe('makeKey', () => {
  it('tells seeds, purposes and users apart, also seeds that differ above 32 bits', () => {
    const keys = [
      makeKey(1, 'shuffle'),
      makeKey(2, 'shuffle'),
      makeKey(1 + 2 ** 32, 'shuffle'),
      makeKey(1, 'dropout'),
      makeKey(1, 'dropout', 1),
    ];
    expect(new Set(keys.map(String)).size).toBe(keys.length);
    expect(makeKey(1, 'shuffle')).toEqual(keys[0]);
  });
});

describe('RandomStream', () => {
  it('reads the blocks in order', () => {
    const key: PhiloxKey = [12, 34];
    const stream = new RandomStream(key, 5, 6);
    const block = new Uint32Array(4);
    for (let counter = 0; counter < 3; counter++) {
      philox(key, counter, 5, 6, 0, block);
      expect(Array.from({ length: 4 }, () => stream.nextWord())).toEqual([...block]);
    }
  });

  it('has sequences of its own for each selector', () => {
    const first = [
      [0, 0],
      [1, 0],
      [0, 1],
    ].map(([a, b]) => new RandomStream([1, 2], a, b).nextWord());
    expect(new Set(first).size).toBe(3);
  });

  // Bounds of about four standard errors.
  it('draws uniform numbers', () => {
    const values = drawMany(new RandomStream([1, 2]), (stream) => stream.nextUniform());
    expect(Math.min(...values)).toBeGreaterThan(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(meanOf(values)).toBeCloseTo(1 / 2, 2);
    expect(momentOf(values, 2)).toBeCloseTo(1 / 3, 2);
  });

  it('draws normal numbers', () => {
    const values = drawMany(new RandomStream([3, 4]), (stream) => stream.nextNormal());
    expect(Math.abs(meanOf(values))).toBeLessThan(4 / Math.sqrt(DRAWS));
    expect(Math.abs(momentOf(values, 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / DRAWS));
    expect(Math.abs(momentOf(values, 3))).toBeLessThan(4 * Math.sqrt(15 / DRAWS));
    expect(Math.abs(momentOf(values, 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / DRAWS));
  });

  it('draws whole numbers below a bound, all equally often', () => {
    const counts = new Array<number>(7).fill(0);
    for (const value of drawMany(new RandomStream([5, 6]), (stream) => stream.nextBelow(7))) counts[value]!++;
    const expected = DRAWS / 7;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 99.99% of the distribution with 6 degrees of freedom lies below.
    expect(chiSquare).toBeLessThan(27.9);
  });

  it('rejects words that would favour small numbers', () => {
    // Of bound 3·2³⁰, words of the last quarter would be counted twice.
    const bound = 3 * 2 ** 30;
    const values = drawMany(new RandomStream([7, 8]), (stream) => stream.nextBelow(bound));
    expect(Math.max(...values)).toBeLessThan(bound);
    expect(meanOf(values) / bound).toBeCloseTo(1 / 2, 2);
  });
});

describe('invertNormal', () => {
  // statistics.NormalDist().inv_cdf of Python 3.11, which uses the same algorithm.
  it.each([
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798405],
    [1e-12, -7.034483825301132],
    [1e-9, -5.9978070150076865],
    [1e-5, -4.2648907939228256],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400538],
    [0.07, -1.4757910281791702],
    [0.1, -1.2815515655446008],
    [0.25, -0.6744897501960817],
    [0.4, -0.2533471031357998],
    [0.5, 0],
    [0.6, 0.2533471031357998],
    [0.75, 0.6744897501960817],
    [0.925, 1.439531470938456],
    [0.975, 1.9599639845400536],
    [0.99, 2.3263478740408408],
    [0.99999, 4.26489079392384],
  ])('of %f is %f', (p, quantile) => {
    expect(Math.abs(invertNormal(p) - quantile)).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(quantile)));
  });
});

describe('shuffle', () => {
  const makeOrder = (length: number) => Int32Array.from({ length }, (_, i) => i);

  it('permutes', () => {
    const order = makeOrder(1000);
    shuffle(order, new RandomStream(makeKey(0, 'shuffle'), 1));
    expect(order).not.toEqual(makeOrder(1000));
    expect(order.toSorted()).toEqual(makeOrder(1000));
  });

  it('repeats for one seed and epoch, and only for those', () => {
    const [first, again, nextEpoch, otherSeed] = [
      [0, 1],
      [0, 1],
      [0, 2],
      [1, 1],
    ].map(([seed, epoch]) => {
      const order = makeOrder(100);
      shuffle(order, new RandomStream(makeKey(seed!, 'shuffle'), epoch));
      return order;
    });
    expect(again).toEqual(first);
    expect(nextEpoch).not.toEqual(first);
    expect(otherSeed).not.toEqual(first);
  });

  it('leaves nothing and one thing alone', () => {
    const stream = new RandomStream([1, 2]);
    for (const length of [0, 1]) {
      const order = makeOrder(length);
      shuffle(order, stream);
      expect(order).toEqual(makeOrder(length));
    }
  });

  it('makes every order of three equally often', () => {
    const counts = new Map<string, number>();
    const stream = new RandomStream([9, 9]);
    for (let i = 0; i < 6000; i++) {
      const order = makeOrder(3);
      shuffle(order, stream);
      counts.set(String(order), (counts.get(String(order)) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000));
  });
});
