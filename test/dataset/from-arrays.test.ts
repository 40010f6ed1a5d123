import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { type ArrayParts, fromArrays } from '../../src/dataset/from-arrays.js';

const SHAPE = [2, 2, 1] as const;
const count = (n: number) => Uint8Array.from({ length: 4 * n }, (_, i) => i);
const TEST = { testImages: count(1), testLabels: [0] };
const NO_TEST = { testImages: undefined, testLabels: undefined };
const PARTS: ArrayParts = { shape: SHAPE, images: count(3), labels: [0, 1, 1], ...TEST };

describe('a data set from arrays', () => {
  it('has their images and labels in shared memory', () => {
    const { name, shape, classNames, train, test } = fromArrays(PARTS);
    expect({ name, shape }).toEqual({ name: 'arrays', shape: { height: 2, width: 2, channels: 1 } });
    expect(classNames).toEqual(['0', '1']);
    expect([...train.labels, ...test.labels]).toEqual([0, 1, 1, 0]);
    expect([...train.pixels]).toEqual([...count(3)]);
    for (const { buffer } of [train.pixels, train.labels, test.pixels]) {
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    const shared = new Uint8Array(new SharedArrayBuffer(12));
    expect(fromArrays({ ...PARTS, images: shared }).train.pixels).toBe(shared);
  });

  const sha256 = (parts: Partial<ArrayParts>) => fromArrays({ ...PARTS, ...parts }).sha256;
  it.each<[string, Partial<ArrayParts>]>([
    ['a shape by its sides', { shape: { height: 2, width: 2, channels: 1 } }],
    ['numbers in lists', { images: [...count(3)], testImages: [...count(1)] }],
    ['clamped bytes', { images: Uint8ClampedArray.from(count(3)) }],
    ['floats of 0 to 1', { images: Float32Array.from(count(3), (value) => value / 255) }],
    ['doubles of 0 to 255', { images: Float64Array.from(count(3)), range: 255 }],
    ['labels from 1', { labels: [1, 2, 2], testLabels: [1] }],
    ['labels of 64 bits', { labels: BigInt64Array.of(0n, 1n, 1n), testLabels: BigInt64Array.of(0n) }],
    ['names of classes', { labels: ['class 2', 'class 10', 'class 10'], testLabels: ['class 2'] }],
    [
      'names in an order of their own',
      { labels: ['b', 'a', 'a'], testLabels: ['b'], classNames: ['b', 'a'] },
    ],
    [
      'a list of images',
      {
        images: [0, 1, 2].map((i) => ({
          height: 2,
          width: 2,
          channels: 1,
          pixels: count(3).subarray(4 * i, 4 * i + 4),
        })),
      },
    ],
  ])('may have %s', (_, parts) => {
    const { range, ...others } = parts;
    const tests = range === undefined ? {} : { range };
    expect(sha256({ ...others, ...tests })).toBe(sha256({}));
  });

  it('without a test half is divided, by a seed', () => {
    const whole: ArrayParts = { shape: SHAPE, images: count(10), labels: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1] };
    const divided = fromArrays(whole);
    expect([...divided.test.labels]).toEqual([0, 1]);
    expect(divided.train.count).toBe(8);
    expect(fromArrays({ ...whole, splitSeed: 1 }).sha256).not.toBe(divided.sha256);
    expect(fromArrays({ ...whole, testFraction: 0.4 }).test.count).toBe(4);
  });

  it('of many images with targets is divided too', () => {
    const images = new Uint8Array(new SharedArrayBuffer(160_000));
    const { train, test } = fromArrays({ shape: [1, 1, 1], images, targets: new Float32Array(160_000) });
    expect([train.count, test.count]).toEqual([128_000, 32_000]);
  });

  it('may have targets', () => {
    const targets = Float32Array.of(0.5, -1, 2, 3, 4, 5);
    const regression = { shape: SHAPE, images: count(3), targets, testFraction: 0.34 };
    const { targetNames, classNames, train, test } = fromArrays(regression);
    expect([targetNames, classNames]).toEqual([['target 1', 'target 2'], []]);
    expect([train.targets!.length, test.targets!.length]).toEqual([4, 2]);
    expect(fromArrays({ ...regression, targetNames: ['y', 'x'] }).targetNames).toEqual(['y', 'x']);
    const whole = [1, 2, 3, 4, 5, 6];
    const wide = fromArrays({ ...regression, targets: BigInt64Array.from(whole, BigInt) });
    expect(wide.sha256).toBe(fromArrays({ ...regression, targets: whole }).sha256);
  });

  it('may have more classes than a byte has values', () => {
    const labels = Uint16Array.from({ length: 3 }, (_, i) => 30_000 + i);
    const { classNames, train } = fromArrays({ ...PARTS, labels });
    expect(classNames).toHaveLength(30_003);
    expect([...train.labels]).toEqual([...labels]);
  });

  it.each<[string, object, RegExp]>([
    ['no images', { images: undefined }, /images: expected arrays of pixels, found none/],
    ['images of no kind', { images: 'x.png' }, /expected a typed array of pixels, or a list of/],
    ['images of 64 bits', { images: new BigInt64Array(12) }, /expected a typed array of pixels/],
    ['no shape', { shape: undefined }, /expected a shape, found none/],
    ['a wrong shape', { shape: [2, 0, 1] }, /found \[2,0,1\]/],
    [
      'half an image',
      { images: count(3).subarray(1) },
      /expected whole images of 2×2×1, 4 numbers each, found 11/,
    ],
    [
      'floats above 1',
      { images: new Float32Array(12).fill(7) },
      /expected numbers from 0 to 1, found 7 .* range: 255/,
    ],
    ['NaN', { images: new Float32Array(12).fill(Number.NaN) }, /found NaN at place 1/],
    ['negative numbers', { images: new Array(12).fill(-1) }, /expected numbers from 0 to 255, found -1/],
    ['labels and targets', { targets: new Float32Array(3) }, /expected them or targets, found both/],
    ['no labels', { labels: undefined, testLabels: undefined, testImages: undefined }, /found neither/],
    ['test images alone', { testLabels: undefined }, /expected both testImages and testLabels/],
    ['a fraction beside a test half', { testFraction: 0.5 }, /testFraction: expected none beside testImages/],
    ['a seed beside a test half', { splitSeed: 1 }, /splitSeed: expected none beside testImages/],
    [
      'a name that is unknown',
      { testfraction: 0.5 },
      /unknown field 'testfraction'. Did you mean 'testFraction'/,
    ],
    [
      'too great a fraction',
      { ...NO_TEST, testFraction: 20 },
      /'testFraction': expected number to be <1, found 20/,
    ],
    ['a seed that is none', { ...NO_TEST, splitSeed: 'x' }, /'splitSeed': expected/],
    ['a range of another kind', { range: 128 }, /'range': expected 1 or 255, found 128/],
    ['an order of another kind', { layout: 'NCHW' }, /'layout': expected .*nchw.*, found "NCHW"/],
    ['names of targets for classes', { targetNames: ['a'] }, /targetNames: expected none beside labels/],
    [
      'names of classes for targets',
      { ...NO_TEST, labels: undefined, targets: [1, 2, 3], classNames: ['a'] },
      /classNames: expected none beside targets/,
    ],
    [
      'one name twice',
      { classNames: ['a', 'a'] },
      /'classNames': expected each name once, found \["a","a"\]/,
    ],
    [
      'targets of no kind',
      { ...NO_TEST, labels: undefined, targets: 'x' },
      /targets: expected a list or a typed/,
    ],
    ['texts for targets', { ...NO_TEST, labels: undefined, targets: [1, '2', 3] }, /found NaN for example 2/],
    ['too few labels', { labels: [0] }, /expected 3, one an image, found 1/],
    ['a negative label', { labels: [0, -1, 1] }, /expected a whole number from 0 .*, found -1 for example 2/],
    [
      'a label that has no name',
      { labels: [0, 2, 1], classNames: ['a', 'b'] },
      /2 names of classes, found 2/,
    ],
    [
      'an unknown name',
      { labels: ['a', 'b', 'c'], testLabels: ['a'], classNames: ['a', 'b'] },
      /one of classNames/,
    ],
    [
      'test images of another size',
      { testImages: [{ height: 1, width: 4, channels: 1, pixels: count(1) }] },
      /expected 2×2×1 pixels, found 1×4×1/,
    ],
  ])('is refused with %s', (_, change, message) => {
    const parts = Object.fromEntries(
      Object.entries({ ...PARTS, ...change }).filter(([, value]) => value !== undefined),
    );
    const make = () => fromArrays(parts as unknown as ArrayParts);
    expect(make).toThrow(UserError);
    expect(make).toThrow(message);
  });

  it('is refused with nothing at all', () => {
    expect(() => fromArrays(null as never)).toThrow(UserError);
    expect(() => fromArrays(null as never)).toThrow('fromArrays: expected object, found null.');
  });
});
