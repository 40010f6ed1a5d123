import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { makeDataset, type TargetParts } from '../../src/dataset/make-dataset.js';

const half = (count: number, changes: object = {}) => ({
  count,
  pixels: new Uint8Array(count * 6),
  targets: Float32Array.from({ length: count * 2 }, (_, i) => i / 4),
  ...changes,
});
const PARTS: TargetParts = {
  name: 'own',
  shape: { height: 2, width: 3, channels: 1 },
  targetNames: ['angle', 'length'],
  train: half(4),
  test: half(3),
};

describe('a data set of targets in memory', () => {
  it('has no classes and no labels', () => {
    const { classNames, targetNames, train, test } = makeDataset(PARTS);
    expect([classNames, targetNames]).toEqual([[], ['angle', 'length']]);
    expect([train.labels.length, test.labels.length]).toEqual([0, 0]);
    expect([...test.targets!]).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
  });

  it('has a hash of its bytes, whatever it is called', () => {
    const { sha256 } = makeDataset(PARTS);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(makeDataset({ ...PARTS, name: 'renamed' }).sha256).toBe(sha256);
    const moved = Float32Array.of(0, 0.25, 0.5, 0.75, 1, 2);
    expect(makeDataset({ ...PARTS, test: half(3, { targets: moved }) }).sha256).not.toBe(sha256);
  });

  it.each<[string, object, string]>([
    [
      'no names of targets',
      { targetNames: undefined },
      'own: targetNames: expected a list of texts, since there are targets, found nothing.',
    ],
    [
      'numbers as names',
      { targetNames: [0, 1] },
      'own: targetNames: expected a list of texts, one a target, found [0,1].',
    ],
    [
      'names of classes',
      { classNames: ['cat'] },
      'own: classNames: expected none beside targetNames, found ["cat"].',
    ],
    [
      'labels',
      { train: half(4, { labels: Uint16Array.of(1, 0, 1, 0) }) },
      'own: train.labels: expected none beside targets, found a',
    ],
    [
      'no targets',
      { test: half(3, { targets: undefined }) },
      'own: test.targets: expected a Float32Array of numbers, 2 an image, found nothing.',
    ],
    [
      'a list of targets',
      { test: half(3, { targets: [0, 1, 2, 3, 4, 5] }) },
      'own: test.targets: expected a Float32Array of numbers, 2 an image, found [0,1,2,3,4,5].',
    ],
    [
      'a target too few',
      { test: half(3, { targets: new Float32Array(5) }) },
      'own: test.targets: expected 6 numbers, 2 for each of 3 images, found 5.',
    ],
    [
      'a target that is no number',
      { test: half(3, { targets: Float32Array.of(0, 1, 2, Number.NaN, 4, 5) }) },
      'own: test.targets: expected finite numbers, found NaN for example 2 (length).',
    ],
    ['no test half', { test: undefined }, 'own: test.count: expected a whole number from 1 up'],
  ])('is refused with %s', (_, changes, message) => {
    const make = () => makeDataset({ ...PARTS, ...changes } as TargetParts);
    expect(make).toThrow(UserError);
    expect(make).toThrow(message);
  });
});
