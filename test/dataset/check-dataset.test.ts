import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { makeDataset } from '../../src/dataset/make-dataset.js';

type Parts = Omit<Dataset, 'sha256'>;

const half = (count: number, changes: object = {}) => ({
  count,
  pixels: new Uint8Array(count * 6),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
  ...changes,
});
const PARTS: Parts = {
  name: 'own',
  shape: { height: 2, width: 3, channels: 1 },
  classNames: ['cat', 'dog'],
  train: half(4),
  test: half(3),
};

describe('a data set in memory', () => {
  it('has a hash of its bytes', () => {
    const { sha256 } = makeDataset(PARTS);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(makeDataset({ ...PARTS, name: 'renamed' }).sha256).toBe(sha256);
    expect(makeDataset({ ...PARTS, test: half(3, { labels: Uint8Array.of(1, 1, 1) }) }).sha256).not.toBe(
      sha256,
    );
  });

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, 'dataset: name: expected a text, found nothing.'],
    [
      'no shape',
      { shape: undefined },
      'own: shape.height: expected a whole number from 1 up, found nothing.',
    ],
    [
      'half a pixel',
      { shape: { height: 2, width: 2.5, channels: 1 } },
      'own: shape.width: expected a whole number from 1 up, found 2.5.',
    ],
    [
      'no names of classes',
      { classNames: undefined },
      'own: classNames: expected a list of 1 to 256 texts, found nothing.',
    ],
    [
      'numbers as names',
      { classNames: [0, 1] },
      'own: classNames: expected a list of 1 to 256 texts, found [0,1].',
    ],
    [
      '257 classes',
      { classNames: Array(257).fill('x') },
      'own: classNames: expected a list of 1 to 256 texts',
    ],
    [
      'no test half',
      { test: undefined },
      'own: test.count: expected a whole number from 1 up, found nothing.',
    ],
    ['no image', { test: half(0) }, 'own: test.count: expected a whole number from 1 up, found 0.'],
    [
      'pixels of 0 to 1',
      { train: half(4, { pixels: new Float32Array(24) }) },
      'own: train.pixels: expected a Uint8Array of 0 to 255',
    ],
    [
      'a list of labels',
      { train: half(4, { labels: [0, 1, 0, 1] }) },
      'own: train.labels: expected a Uint8Array of classes from 0, found [0,1,0,1].',
    ],
    [
      'short pixels',
      { train: half(4, { pixels: new Uint8Array(23) }) },
      'own: train.pixels: expected 24 bytes, 2×3×1 for each of 4 images, found 23.',
    ],
    [
      'a label too few',
      { test: half(3, { labels: new Uint8Array(2) }) },
      'own: test.labels: expected 3, one an image, found 2.',
    ],
    [
      'a label that is no class',
      { test: half(3, { labels: Uint8Array.of(0, 200, 1) }) },
      'own: test.labels: expected 0 to 1, since there are 2 names of classes, found 200 for example 2.',
    ],
  ])('is refused with %s', (_, changes, message) => {
    const make = () => makeDataset({ ...PARTS, ...changes } as Parts);
    expect(make).toThrow(UserError);
    expect(make).toThrow(message);
  });
});
