import { describe, expect, it } from 'vitest';
import { makeKey, RandomStream } from '../../../src/core/rng.js';
import { sizeOf } from '../../../src/core/shape.js';
import { colorJitterSchema, jitterColors } from '../../../src/dataset/augmentation/color-jitter.js';
import { AugmentationDraws } from '../../../src/dataset/augmentation/draws.js';
import { Painter } from '../../../src/dataset/augmentation/painter.js';
import {
  rotate,
  shearX,
  shearY,
  translateX,
  translateY,
} from '../../../src/dataset/augmentation/picture/affine.js';
import { type Canvas, makeCanvas } from '../../../src/dataset/augmentation/picture/canvas.js';
import {
  changeBrightness,
  changeContrast,
  changeSaturation,
  changeSharpness,
} from '../../../src/dataset/augmentation/picture/enhance.js';
import { posterize, solarize } from '../../../src/dataset/augmentation/picture/levels.js';
import { OPERATIONS } from '../../../src/dataset/augmentation/rand-augment.js';
import { drawCrop } from '../../../src/dataset/augmentation/resized-crop.js';
import { augmentationSchema, TransformDraws } from '../../../src/dataset/augmentation.js';
import { TRANSFORM_WORDS } from '../../../src/dataset/transform.js';

const SHAPE = { height: 9, width: 11, channels: 3 };
const SIZE = sizeOf(SHAPE);
const SAMPLES = 4000;

const random = new RandomStream(makeKey(4, 'selection'));
const noise = Uint8Array.from({ length: SIZE }, () => random.nextBelow(256));

/** One image as each of some samples, painted. */
function paintAll(fields: object, image: Uint8Array, { epoch = 0, seed = 0, samples = SAMPLES } = {}) {
  const augmentation = augmentationSchema.parse(fields);
  const painter = new Painter(augmentation, SHAPE, seed);
  const draws = new TransformDraws(augmentation, SHAPE, seed);
  const transforms = new Int32Array(TRANSFORM_WORDS);
  const images = new Uint8Array(samples * SIZE);
  for (let sample = 0; sample < samples; sample++) images.set(image, sample * SIZE);
  return Array.from({ length: samples }, (_, sample) => {
    const painted = new Uint8Array(SIZE);
    draws.draw(epoch, sample, transforms, 0);
    painter.paint({ epoch, sample, images }, { transforms, painted, i: 0 });
    return painted;
  });
}

/** How often each picture comes up. */
function count(pictures: readonly Uint8Array[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const picture of pictures) counts.set(picture.join(), (counts.get(picture.join()) ?? 0) + 1);
  return counts;
}

describe('Painter', () => {
  const everything = {
    flip: 'random',
    translate: 2,
    resizedCrop: { area: [0.4, 1] },
    colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
    randAugment: {},
  };

  it('paints from seed, epoch and sample alone', () => {
    const all = paintAll(everything, noise, { samples: 60 });
    expect(count(all).size).toBeGreaterThan(55);
    const [last] = paintAll(everything, noise, { samples: 60 }).slice(-1);
    expect(last).toEqual(all[59]);
    expect(paintAll(everything, noise, { samples: 60, epoch: 1 })).not.toEqual(all);
    expect(paintAll(everything, noise, { samples: 60, seed: 1 })).not.toEqual(all);
  });

  it('shifts and mirrors before it changes colours', () => {
    const black = count(paintAll({ translate: 2, colorJitter: { brightness: 1 } }, noise, { samples: 300 }));
    // A black border is as black at any brightness, and so is it in the mean that contrasts are changed about.
    expect([...black.keys()].some((picture) => picture.startsWith('0,0,0,0,0,0,'))).toBe(true);
    const pale = count(paintAll({ translate: 2, colorJitter: { contrast: 1 } }, noise, { samples: 300 }));
    expect(
      [...pale.keys()].some((picture) => /^(\d+),\1,\1,\1,\1,\1,/.test(picture) && !picture.startsWith('0,')),
    ).toBe(true);
  });
});

describe('color jitter', () => {
  const grey = new Uint8Array(SIZE).fill(100);

  it('draws factors evenly between 1 − b, or 0, and 1 + b', () => {
    for (const [brightness, low, high] of [
      [0.4, 60, 140],
      [1.5, 0, 250],
    ] as const) {
      const levels = paintAll({ colorJitter: { brightness } }, grey).map(([level]) => level!);
      const mean = levels.reduce((sum, level) => sum + level, 0) / SAMPLES;
      const deviation = (high - low) / Math.sqrt(12 * SAMPLES);
      // What is cut off of the fraction is half a level.
      expect(Math.abs(mean + 0.5 - (low + high) / 2)).toBeLessThan(5 * deviation);
      expect(Math.min(...levels)).toBeLessThan(low + 3);
      expect(Math.min(...levels)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...levels)).toBeGreaterThan(high - 3);
      expect(Math.max(...levels)).toBeLessThanOrEqual(high);
    }
  });

  it('draws each of its own, whatever else is on', () => {
    const red = new Uint8Array(SIZE).map((_, i) => (i % 3 === 0 ? 200 : 40));
    // So small a contrast takes a level off, which moves a hue by a few.
    const hues = paintAll({ colorJitter: { hue: 0.5 } }, red, { samples: 50 });
    const both = paintAll({ colorJitter: { hue: 0.5, contrast: 0.0001 } }, red, { samples: 50 });
    const near = (a: Uint8Array, b: Uint8Array) => a.every((level, i) => Math.abs(level - b[i]!) <= 6);
    expect(hues.filter((picture, i) => near(picture, both[i]!)).length).toBe(50);
    expect(count(hues).size).toBeGreaterThan(25);
  });

  it('takes them in the order of what is drawn first for each', () => {
    const jitter = colorJitterSchema.parse({ brightness: 0.9, contrast: 0.9 });
    for (const order of [
      [changeBrightness, changeContrast],
      [changeContrast, changeBrightness],
    ]) {
      const words = [order.indexOf(changeBrightness), order.indexOf(changeContrast), 2, 3];
      const scripted = { nextWord: () => words.shift()!, nextBetween: () => 0.8 };
      const [found, expected] = [makeCanvas(SHAPE), makeCanvas(SHAPE)];
      for (const { pixels } of [found, expected]) pixels.set(noise);
      jitterColors(jitter, found, scripted as unknown as AugmentationDraws);
      for (const change of order) change(expected, 0.1 + 0.8 * 1.8);
      expect(found.pixels).toEqual(expected.pixels);
    }
  });
});

describe('RandAugment', () => {
  it('takes every operation, either way, with equal odds', () => {
    const outcomes = new Map<string, number>();
    for (const operation of Object.values(OPERATIONS)) {
      for (const strength of [1, -1]) {
        const canvas = makeCanvas(SHAPE);
        canvas.pixels.set(noise);
        operation(canvas, strength);
        const key = canvas.pixels.join();
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1 / 28);
      }
    }
    // Identity, equalize of so few pixels and solarize at 0 aside, all differ.
    expect(outcomes.size).toBeGreaterThan(20);
    const found = count(paintAll({ randAugment: { operations: 1, magnitude: 30 } }, noise));
    expect([...found.keys()].sort()).toEqual([...outcomes.keys()].sort());
    for (const [key, share] of outcomes) {
      const reach = 5 * Math.sqrt(SAMPLES * share * (1 - share));
      expect(Math.abs(found.get(key)! - SAMPLES * share)).toBeLessThan(reach);
    }
  });

  // torchvision's RandAugment: a step of each operation's range over 31 magnitudes. By width and height of SHAPE, 11 and 9.
  it.each([
    { magnitude: 8, shear: 0.08, x: 1, y: 1, degrees: 8, more: 1.24, less: 0.76, bits: 7, threshold: 187 },
    { magnitude: 10, shear: 0.1, x: 1, y: 1, degrees: 10, more: 1.3, less: 0.7, bits: 7, threshold: 170 },
    { magnitude: 20, shear: 0.2, x: 3, y: 2, degrees: 20, more: 1.6, less: 0.4, bits: 5, threshold: 85 },
    { magnitude: 30, shear: 0.3, x: 4, y: 4, degrees: 30, more: 1.9, less: 0.1, bits: 4, threshold: 0 },
  ])('does what torchvision does at magnitude $magnitude', ({ magnitude, ...by }) => {
    const levels = Uint8Array.from({ length: SIZE }, (_, i) => i % 256);
    const change = (apply: (canvas: Canvas) => void) => {
      const canvas = makeCanvas(SHAPE);
      canvas.pixels.set(levels);
      apply(canvas);
      return canvas.pixels;
    };
    const expected: Record<
      string,
      readonly [forth: (canvas: Canvas) => void, back: (canvas: Canvas) => void]
    > = {
      'shear-x': [(c) => shearX(c, by.shear), (c) => shearX(c, -by.shear)],
      'shear-y': [(c) => shearY(c, by.shear), (c) => shearY(c, -by.shear)],
      'translate-x': [(c) => translateX(c, by.x), (c) => translateX(c, -by.x)],
      'translate-y': [(c) => translateY(c, by.y), (c) => translateY(c, -by.y)],
      rotate: [(c) => rotate(c, by.degrees), (c) => rotate(c, -by.degrees)],
      brightness: [(c) => changeBrightness(c, by.more), (c) => changeBrightness(c, by.less)],
      color: [(c) => changeSaturation(c, by.more), (c) => changeSaturation(c, by.less)],
      contrast: [(c) => changeContrast(c, by.more), (c) => changeContrast(c, by.less)],
      sharpness: [(c) => changeSharpness(c, by.more), (c) => changeSharpness(c, by.less)],
      posterize: [(c) => posterize(c, by.bits), (c) => posterize(c, by.bits)],
      solarize: [(c) => solarize(c, by.threshold), (c) => solarize(c, by.threshold)],
    };
    for (const [name, ways] of Object.entries(expected)) {
      for (const [i, sign] of [1, -1].entries()) {
        const found = change((canvas) => OPERATIONS[name]!(canvas, (sign * magnitude) / 30));
        expect(found, `${name} ${sign}`).toEqual(change(ways[i]!));
      }
    }
    expect(Object.keys(OPERATIONS).filter((name) => !(name in expected))).toEqual([
      'identity',
      'autocontrast',
      'equalize',
    ]);
  });

  it('applies so many of them, at strengths in proportion', () => {
    const none = paintAll({ randAugment: { operations: 1, magnitude: 0 } }, noise, { samples: 400 });
    // Solarize of a threshold of 255 inverts what is 255; autocontrast and equalize know no strength.
    expect(count(none).get(noise.join())! / 400).toBeGreaterThan(0.7);
    const one = count(paintAll({ randAugment: { operations: 1, magnitude: 15 } }, noise)).size;
    expect(count(paintAll({ randAugment: { operations: 2, magnitude: 15 } }, noise)).size).toBeGreaterThan(
      5 * one,
    );
  });
});

describe('drawCrop', () => {
  const draws = new AugmentationDraws(2);
  const crop = (area: readonly [number, number], aspect: readonly [number, number], shape: object) => {
    draws.begin('crop', 7, 0);
    return drawCrop({ area, aspect }, shape as { height: number; width: number }, draws);
  };

  it('takes the largest part in the middle where none fits', () => {
    expect(crop([1, 1], [1, 1], { height: 10, width: 30 })).toEqual({
      top: 0,
      left: 10,
      height: 10,
      width: 10,
    });
    expect(crop([1, 1], [1, 2], { height: 30, width: 10 })).toEqual({
      top: 5,
      left: 0,
      height: 20,
      width: 10,
    });
    expect(crop([0.0001, 0.0001], [1, 1], { height: 8, width: 8 })).toEqual({
      top: 0,
      left: 0,
      height: 8,
      width: 8,
    });
  });

  it('takes the whole image where that is asked for', () => {
    expect(crop([1, 1], [1, 1], { height: 12, width: 12 })).toEqual({
      top: 0,
      left: 0,
      height: 12,
      width: 12,
    });
  });
});
