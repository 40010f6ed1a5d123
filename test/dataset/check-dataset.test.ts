import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { type DatasetParts, makeDataset } from '../../src/dataset/make-dataset.js';

const half = (count: number, changes: object = {}) => ({
  count,
  pixels: new Uint8Array(count * 6),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
  ...changes,
});
const PARTS: DatasetParts = {
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

  it('takes labels of bytes, which training has as 16 bits', () => {
    const { train, sha256 } = makeDataset(PARTS);
    expect(train.labels).toEqual(Uint16Array.of(0, 1, 0, 1));
    expect(train.labels.buffer).toBeInstanceOf(SharedArrayBuffer);
    const wide = makeDataset({ ...PARTS, train, test: half(3, { labels: Uint16Array.of(0, 1, 0) }) });
    expect(wide.train.labels).toBe(train.labels);
    // Of at most 256 classes it is the one that they had while labels were bytes.
    const hash = createHash('sha256').update('2×3×1 4 3\n');
    for (const { pixels, labels } of [PARTS.train, PARTS.test]) hash.update(pixels).update(labels);
    const before = hash.digest('hex');
    expect([sha256, wide.sha256]).toEqual([before, before]);
  });

  it('has a hash of two bytes a label from 257 classes on', () => {
    const classNames = Array.from({ length: 257 }, (_, c) => String(c));
    const labelled = (label: number) =>
      makeDataset({ ...PARTS, classNames, test: half(3, { labels: Uint16Array.of(label, 0, 0) }) });
    expect(labelled(256).sha256).not.toBe(labelled(0).sha256);
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
      'own: classNames: expected a list of 1 to 65536 texts, found nothing.',
    ],
    [
      'numbers as names',
      { classNames: [0, 1] },
      'own: classNames: expected a list of 1 to 65536 texts, found [0,1].',
    ],
    [
      '65,537 classes',
      { classNames: Array(65_537).fill('x') },
      'own: classNames: expected a list of 1 to 65536 texts',
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
      'own: train.labels: expected a Uint16Array of classes from 0 (fromArrays also takes lists and bytes), found [0,1,0,1].',
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
    const make = () => makeDataset({ ...PARTS, ...changes } as DatasetParts);
    expect(make).toThrow(UserError);
    expect(make).toThrow(message);
  });
});
