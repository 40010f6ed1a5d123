import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { computeFingerprint } from '../../src/dataset/fingerprint.js';
import { computeStatistics } from '../../src/dataset/statistics.js';
import { findDifferences } from '../../src/dataset/verify.js';

const TRAIN = {
  count: 2,
  // Two images of 1×2 with two channels.
  pixels: Uint8Array.of(0, 255, 255, 255, 0, 255, 255, 51),
  labels: Uint16Array.of(2, 0),
};
const TEST = { count: 1, pixels: Uint8Array.of(1, 2, 3, 4), labels: Uint16Array.of(1) };
const DATASET: Dataset = {
  name: 'tiny',
  shape: { height: 1, width: 2, channels: 2 },
  classNames: ['a', 'b', 'c'],
  train: TRAIN,
  test: TEST,
  sha256: '',
};

describe('computeStatistics', () => {
  it('counts classes, and has means and deviations of the training images', () => {
    const { trainCounts, testCounts, means, deviations } = computeStatistics(DATASET);
    expect([trainCounts, testCounts]).toEqual([
      [1, 0, 1],
      [0, 1, 0],
    ]);
    expect(means[0]).toBeCloseTo(0.5, 12);
    expect(means[1]).toBeCloseTo((1 + 1 + 1 + 0.2) / 4, 12);
    expect(deviations[0]).toBeCloseTo(0.5, 12);
    expect(deviations[1]).toBeCloseTo(Math.sqrt((3 * 0.2 ** 2 + 0.6 ** 2) / 4), 12);
  });
});

describe('findDifferences', () => {
  it('says what is another, to the digits that are published', () => {
    const found = computeStatistics(DATASET);
    expect(findDifferences(found, found)).toEqual([]);
    expect(findDifferences(found, { ...found, means: [0.50004, 0.8] })).toEqual([]);
    expect(
      findDifferences(found, {
        ...found,
        means: [0.5001, 0.8],
        testCounts: [0, 1, 1],
        deviations: [0.6, 0.3],
      }),
    ).toEqual(['testCounts', 'means', 'deviations']);
  });
});

describe('computeFingerprint', () => {
  const whole = computeFingerprint(TRAIN, 3);

  it('does not depend on the order', () => {
    const pixels = Uint8Array.of(...TRAIN.pixels.subarray(4), ...TRAIN.pixels.subarray(0, 4));
    expect(computeFingerprint({ count: 2, pixels, labels: Uint16Array.of(0, 2) }, 3)).toBe(whole);
  });

  it('depends on every pixel, and on which label an image has', () => {
    const pixels = TRAIN.pixels.slice();
    pixels[7]! ^= 1;
    expect(computeFingerprint({ ...TRAIN, pixels }, 3)).not.toBe(whole);
    expect(computeFingerprint({ ...TRAIN, labels: Uint16Array.of(0, 2) }, 3)).not.toBe(whole);
  });
});
