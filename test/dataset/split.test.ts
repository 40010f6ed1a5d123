import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { countSplit, type SplitOptions, splitTraining } from '../../src/dataset/split.js';

/** Labels 0 1 2 0 1 2 ..., and one more 0 at the end. */
const images = {
  count: 31,
  pixels: new Uint8Array(0),
  labels: Uint16Array.from({ length: 31 }, (_, i) => i % 3),
};
const PLAIN: SplitOptions = {
  trainFirst: 1,
  trainCount: null,
  balanced: false,
  validationCount: 0,
  validationFraction: 0,
  validationFrom: 'end',
  seed: 0,
};
/** Whatever is split has been counted rightly. */
const split = (options: Partial<SplitOptions>) => {
  const { train, validation } = splitTraining(images, 3, { ...PLAIN, ...options });
  const counts = countSplit(images, 3, { ...PLAIN, ...options });
  expect(counts).toEqual({ train: train.length, validation: validation.length });
  return { train: [...train], validation: [...validation] };
};
const labelsOf = (samples: readonly number[]) => samples.map((sample) => images.labels[sample]!);
const countOf = (samples: readonly number[], label: number) =>
  labelsOf(samples).filter((found) => found === label).length;
const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

describe('a validation split', () => {
  it('is empty by default', () => {
    expect(split({})).toEqual({ train: range(0, 31), validation: [] });
  });

  it.each([{ validationCount: 4 }, { validationFraction: 0.2 }, { validationFraction: 0.21 }])(
    'takes the last of the images asked for: %j',
    (options) => {
      const parts = split({ trainFirst: 3, trainCount: 20, ...options });
      expect(parts).toEqual({ train: range(2, 16), validation: range(18, 4) });
    },
  );

  it('takes any ones by the seed', () => {
    const random = { trainCount: 30, validationCount: 10, validationFrom: 'random' } as const;
    const [a, again, b] = [split(random), split(random), split({ ...random, seed: 1 })];
    expect(again).toEqual(a);
    expect(b.validation).not.toEqual(a.validation);
    expect(a.validation).not.toEqual(range(20, 10));
    for (const { train, validation } of [a, b]) {
      expect([...train, ...validation].sort((x, y) => x - y)).toEqual(range(0, 30));
      expect(validation.toSorted((x, y) => x - y)).toEqual(validation);
      expect(train.toSorted((x, y) => x - y)).toEqual(train);
      expect(validation).toHaveLength(10);
    }
  });
});

describe('a balanced subset', () => {
  it('has the first of each class', () => {
    expect(split({ balanced: true, trainFirst: 2, trainCount: 6 }).train).toEqual(range(1, 6));
    // From 30 on: 2, 0.
    const uneven = { ...images, labels: Uint16Array.from(images.labels, (label, i) => (i < 9 ? 0 : label)) };
    const { train } = splitTraining(uneven, 3, { ...PLAIN, balanced: true, trainCount: 6 });
    expect([...train]).toEqual([0, 1, 10, 11, 13, 14]);
  });

  it('has as many as the rarest class allows if no count is given', () => {
    expect(split({ balanced: true }).train).toEqual(range(0, 30));
    expect(split({ balanced: true, trainFirst: 27 }).train).toEqual([26, 27, 28]);
  });

  it.each(['end', 'random'] as const)('keeps as many of each class for validation, from: %s', (from) => {
    const parts = split({ balanced: true, trainCount: 30, validationCount: 6, validationFrom: from });
    for (const label of [0, 1, 2]) {
      expect(countOf(parts.train, label)).toBe(8);
      expect(countOf(parts.validation, label)).toBe(2);
    }
    if (from === 'end') expect(parts).toEqual({ train: range(0, 24), validation: range(24, 6) });
    const half = split({ balanced: true, trainCount: 30, validationFraction: 0.5, validationFrom: from });
    expect(countOf(half.validation, 1)).toBe(5);
  });
});

describe('a split that cannot be', () => {
  it.each<[Partial<SplitOptions>, string]>([
    [
      { trainCount: 10, validationCount: 10 },
      'validationCount 10: expected 1 to 9 of the 10 training images, found 10',
    ],
    [
      { trainCount: 4, validationFraction: 0.1 },
      'validationFraction 0.1: expected 1 to 3 of the 4 training images',
    ],
    [{ trainCount: 1, validationFraction: 0.9 }, 'validationFraction 0.9: expected'],
    [
      { balanced: true, trainCount: 10 },
      'expected a trainCount that 3 classes share evenly, found 10. Take 9.',
    ],
    [
      { balanced: true, validationCount: 4 },
      'expected a validationCount that 3 classes share evenly, found 4. Take 3.',
    ],
    [
      { balanced: true, trainCount: 33 },
      'at least 11 images of each class from example 1 on, found 10 of class 1',
    ],
    [
      { balanced: true, trainFirst: 31 },
      'at least 1 images of each class from example 31 on, found 0 of class 1',
    ],
    [{ trainCount: 32 }, 'expected examples 1 to 31'],
  ])('%j', (options, message) => {
    expect(() => split(options)).toThrow(message);
    expect(() => split(options)).toThrow(UserError);
  });
});
