import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { takeSubset } from '../../src/dataset/subset.js';

const images = { count: 60_000, pixels: new Uint8Array(0), labels: new Uint16Array(0) };

describe('takeSubset', () => {
  it.each([
    { first: 1, count: null, expected: { first: 0, count: 60_000 } },
    { first: 1, count: 10_000, expected: { first: 0, count: 10_000 } },
    { first: 20_001, count: 10_000, expected: { first: 20_000, count: 10_000 } },
    { first: 50_001, count: 10_000, expected: { first: 50_000, count: 10_000 } },
    { first: 59_999, count: null, expected: { first: 59_998, count: 2 } },
    { first: 60_000, count: 1, expected: { first: 59_999, count: 1 } },
  ])('takes $count from $first on', ({ first, count, expected }) => {
    expect(takeSubset(images, first, count, 'train')).toEqual(expected);
  });

  it.each([
    [
      59_001,
      10_000,
      'train',
      'trainFirst 59001 with trainCount 10000: expected examples 1 to 60000 of the training data, found 59001 to 69000. Lower trainFirst or trainCount.',
    ],
    [
      60_001,
      null,
      'test',
      'testFirst 60001: expected examples 1 to 60000 of the test data, found 60001 to 60001. Lower testFirst or testCount.',
    ],
  ] as const)('refuses %i and %s', (first, count, half, message) => {
    const take = () => takeSubset(images, first, count, half);
    expect(take).toThrow(UserError);
    expect(take).toThrow(message);
  });

  it.each([
    [0, 5],
    [1, 0],
    [-3, null],
    [5, -1],
    [1, 60_001],
  ])('refuses to start at %i with %s', (first, count) => {
    expect(() => takeSubset(images, first, count, 'test')).toThrow(UserError);
  });
});
