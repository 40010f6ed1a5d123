import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../../src/core/paths.js';
import { makeKey, RandomStream } from '../../../src/core/rng.js';
import { formatShape, type Shape, sizeOf } from '../../../src/core/shape.js';
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
import { turnHue } from '../../../src/dataset/augmentation/picture/hue.js';
import {
  autocontrast,
  equalize,
  posterize,
  solarize,
} from '../../../src/dataset/augmentation/picture/levels.js';
import { Enlarger } from '../../../src/dataset/augmentation/picture/resize.js';

const PYTHON = '/usr/bin/python3';
const hasPillow = spawnSync(PYTHON, ['-c', 'import PIL']).status === 0;
if (!hasPillow) console.warn(`Pillow is not compared with: ${PYTHON} has none (Debian's python3-pil)`);

type Operation = (canvas: Canvas, argument: never) => void;
const OPERATIONS: Readonly<Record<string, Operation>> = {
  brightness: changeBrightness,
  contrast: changeContrast,
  saturation: changeSaturation,
  sharpness: changeSharpness,
  hue: turnHue,
  posterize,
  solarize,
  autocontrast,
  equalize,
  'shear-x': shearX,
  'shear-y': shearY,
  'translate-x': translateX,
  'translate-y': translateY,
  rotate,
};

const random = new RandomStream(makeKey(1, 'selection'));

/** Of smooth parts and noise, with as wide a range as `range` says. */
function drawPicture({ height, width, channels }: Shape, [low, high]: readonly [number, number]): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const y = Math.floor(i / (width * channels)) / height;
    const wave = 0.5 + 0.3 * Math.sin(7 * y + (i % channels) + (i % (width * channels)) / 9);
    return Math.round(
      low + (high - low) * Math.min(1, Math.max(0, wave + 0.4 * (random.nextUniform() - 0.5))),
    );
  });
}

function runPillow(shape: Shape, pixels: Uint8Array, operations: readonly unknown[]): number[][] {
  const script = join(findPackageRoot(), 'test', 'dataset', 'augmentation', 'pillow.py');
  const input = JSON.stringify({ ...shape, pixels: [...pixels], operations });
  const { stdout, stderr, status } = spawnSync(PYTHON, [script], { input, maxBuffer: 2 ** 28 });
  expect(status, String(stderr)).toBe(0);
  return JSON.parse(String(stdout));
}

const FACTORS = [0, 0.1, 0.55, 0.73, 1, 1.27, 1.9, 3.3];
const SHAPES: readonly Shape[] = [
  { height: 32, width: 32, channels: 3 },
  { height: 28, width: 28, channels: 1 },
  { height: 17, width: 41, channels: 3 },
  { height: 2, width: 1, channels: 3 },
];

describe.skipIf(!hasPillow).each(SHAPES)('pictures of $height×$width×$channels', (shape) => {
  const isColoured = shape.channels === 3;
  const both = (values: readonly number[]) => values.flatMap((value) => [value, -value]);
  const operations: [string, unknown][] = [
    ...['brightness', 'contrast', 'saturation', 'sharpness'].flatMap((name) =>
      FACTORS.map((factor): [string, number] => [name, factor]),
    ),
    ...(isColoured ? both([0, 1, 12, 60, 127]) : []).map((turn): [string, number] => ['hue', turn]),
    ...[4, 5, 6, 7, 8].map((bits): [string, number] => ['posterize', bits]),
    ...[0, 63.75, 127.5, 178.5, 255].map((threshold): [string, number] => ['solarize', threshold]),
    ['autocontrast', 0],
    ['equalize', 0],
    ...both([0.01, 0.07, 0.15, 0.3]).flatMap((slope): [string, number][] => [
      ['shear-x', slope],
      ['shear-y', slope],
    ]),
    ...both([0, 1, 9]).flatMap((pixels): [string, number][] => [
      ['translate-x', pixels],
      ['translate-y', pixels],
    ]),
    ...both([1, 9, 13, 29, 30]).map((degrees): [string, number] => ['rotate', degrees]),
  ];

  it.each([
    [0, 255],
    [90, 140],
    [77, 77],
  ])('of levels %i to %i change as by Pillow, to the bit', (low, high) => {
    const pixels = drawPicture(shape, [low, high]);
    const expected = runPillow(shape, pixels, operations);
    for (const [i, [name, argument]] of operations.entries()) {
      const canvas = makeCanvas(shape);
      canvas.pixels.set(pixels);
      OPERATIONS[name]!(canvas, argument as never);
      expect([...canvas.pixels], `${name} ${argument} of ${formatShape(shape)}`).toEqual(expected[i]);
    }
  });

  it('are enlarged from any rectangle as by Pillow, to the bit', () => {
    const pixels = drawPicture(shape, [0, 255]);
    const rectangles = Array.from({ length: 40 }, () => {
      const height = 1 + random.nextBelow(shape.height);
      const width = 1 + random.nextBelow(shape.width);
      const top = random.nextBelow(shape.height - height + 1);
      return { top, left: random.nextBelow(shape.width - width + 1), height, width };
    });
    const expected = runPillow(
      shape,
      pixels,
      rectangles.map((rectangle) => ['enlarge', Object.values(rectangle)]),
    );
    const enlarger = new Enlarger(shape);
    // Behind another image.
    const images = new Uint8Array(2 * sizeOf(shape));
    images.set(pixels, sizeOf(shape));
    for (const [i, rectangle] of rectangles.entries()) {
      const canvas = makeCanvas(shape);
      enlarger.enlarge(images, sizeOf(shape), rectangle, canvas);
      expect([...canvas.pixels], JSON.stringify(rectangle)).toEqual(expected[i]);
    }
  });
});

describe.skipIf(!hasPillow)('turnHue', () => {
  it('turns every 5th colour of each channel as Pillow does, to the bit', () => {
    const colours = Array.from({ length: 52 ** 3 }, (_, i) => [
      i % 52,
      Math.floor(i / 52) % 52,
      Math.floor(i / 2704),
    ]);
    const pixels = Uint8Array.from(colours.flat(), (level) => 5 * level);
    const shape = { height: 52, width: 2704, channels: 3 };
    const [expected] = runPillow(shape, pixels, [['hue', 37]]);
    const canvas = makeCanvas(shape);
    canvas.pixels.set(pixels);
    turnHue(canvas, 37);
    const wrong = canvas.pixels.findIndex((level, i) => level !== expected![i]);
    expect(wrong, `${pixels.subarray(wrong - (wrong % 3), wrong - (wrong % 3) + 3)}`).toBe(-1);
  });
});
