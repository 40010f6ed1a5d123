import { describe, expect, it } from 'vitest';
import { formatShape, type Shape, sizeOf } from '../../src/core/shape.js';
import { MixingDraws } from '../../src/dataset/augmentation/mixing.js';
import { Painter } from '../../src/dataset/augmentation/painter.js';
import { type Augmentation, augmentationSchema, TransformDraws } from '../../src/dataset/augmentation.js';
import { TRANSFORM, TRANSFORM_WORDS } from '../../src/dataset/transform.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import type { BoundNetwork } from '../../src/network/bind.js';
import { groupIntoPhases, runPhase } from '../../src/network/phases.js';
import type { Normalization } from '../../src/run/normalize.js';
import { planAssembly } from '../../workers/assembly.js';
import { showAugmented } from '../../workers/images.js';
import { bindMixer } from '../../workers/mixing.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const SEED = 3;
const EPOCH = 1;
/** A full bundle and a part of one. */
const IMAGES = 21;
const SHAPES: readonly Shape[] = [
  { height: 28, width: 29, channels: 1 },
  { height: 31, width: 28, channels: 3 },
];

/** An image as rows of pixels of channels. */
type Picture = number[][][];

function cutPicture(pixels: Uint8Array, sample: number, { height, width, channels }: Shape): Picture {
  const at = (y: number, x: number, c: number) => ((sample * height + y) * width + x) * channels + c;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  return range(height).map((y) => range(width).map((x) => range(channels).map((c) => pixels[at(y, x, c)]!)));
}

/** A list with t more on either side: made by `fill`, or mirrored at its ends. */
function pad<T>(list: readonly T[], t: number, fill: (() => T) | null): T[] {
  const before = fill ? Array.from({ length: t }, fill) : list.slice(1, t + 1).reverse();
  const after = fill ? Array.from({ length: t }, fill) : list.slice(-t - 1, -1).reverse();
  return t === 0 ? [...list] : [...before, ...list, ...after];
}

/** Pad, crop, flip, normalise, cut: one after another, as a chain of torchvision's transforms does. */
function transform(
  picture: Picture,
  { translate, padding, cutout }: Augmentation,
  words: Int32Array,
  { mean, scale }: { mean: Float32Array; scale: Float32Array },
): number[] {
  const [height, width, channels] = [picture.length, picture[0]!.length, picture[0]![0]!.length];
  const black = () => new Array<number>(channels).fill(0);
  const isZero = padding === 'zero';
  const rows = picture.map((row) => pad(row, translate, isZero ? black : null));
  const padded = pad(rows, translate, isZero ? () => rows[0]!.map(black) : null);
  const [top, left] = [translate + words[TRANSFORM.dy]!, translate + words[TRANSFORM.dx]!];
  const cropped = padded.slice(top, top + height).map((row) => row.slice(left, left + width));
  const flipped = words[TRANSFORM.flip] ? cropped.map((row) => row.toReversed()) : cropped;
  return flipped.flat(2).map((pixel, e) => {
    const y = Math.floor(e / (width * channels));
    const x = Math.floor(e / channels) % width;
    const [down, right] = [y - words[TRANSFORM.cutTop]!, x - words[TRANSFORM.cutLeft]!];
    const isCut = down >= 0 && down < cutout && right >= 0 && right < cutout;
    const [below, beside] = [y - words[TRANSFORM.eraseTop]!, x - words[TRANSFORM.eraseLeft]!];
    const isErased =
      below >= 0 &&
      below < words[TRANSFORM.eraseHeight]! &&
      beside >= 0 &&
      beside < words[TRANSFORM.eraseWidth]!;
    return isCut || isErased ? 0 : Math.fround(Math.fround(pixel - mean[e]!) * scale[e]!);
  });
}

/** The mini-batch's input, image after image, as an epoch's step assembles it. */
function assemble(options: {
  shape: Shape;
  layout: 'images' | 'lanes';
  kernels: string;
  augmentation: Augmentation;
  workers?: number;
  samples?: number[];
  step?: number;
}): {
  images: number[][];
  normalization: Normalization;
  labels: Uint16Array;
  mix: { labels: Uint16Array; shares: Float32Array } | null;
} {
  const { shape, layout, augmentation, workers = 1 } = options;
  const samples = options.samples ?? Array.from({ length: IMAGES }, (_, i) => (i * 7) % 50);
  const size = sizeOf(shape);
  const { train } = makeTinyDataset({ train: 50, test: 1, shape });
  const places = layout === 'lanes' ? Math.ceil(samples.length / 16) * 16 : samples.length;
  const value = new Float32Array(places * size).fill(Number.NaN);
  const mean = Float32Array.from({ length: size }, (_, e) => 90 + (e % 17));
  const scale = Float32Array.from({ length: size }, (_, e) => 0.01 + 0.001 * (e % 5));
  const settings = { augmentation, seed: SEED };
  const normalization = { mean, scale };
  const labels = new Uint16Array(samples.length);
  const mix = augmentation.mixing
    ? { labels: new Uint16Array(samples.length), shares: new Float32Array(samples.length) }
    : null;
  for (let worker = 0; worker < workers; worker++) {
    // Each worker has a batch of its own, as in a thread of its own, and the input in common.
    const batch = {
      size: samples.length,
      epoch: EPOCH,
      step: options.step ?? 5,
      slices: 12,
      bands: 4,
      sampleIds: new Int32Array(samples.length),
    };
    const input = { shape, value, gradient: new Float32Array() };
    const network = { batch, input, inputLayout: layout } as unknown as BoundNetwork;
    const source = { ...train, sampleAt: (i: number) => samples[i]! };
    const context = { kernels: loadKernels(options.kernels), network };
    const images = showAugmented(settings, network, train.pixels);
    const mixer = bindMixer(settings, normalization, context, source, images, mix);
    const pass = planAssembly(normalization, context, source, labels, images, mixer);
    for (const phase of groupIntoPhases([pass])) runPhase(phase, batch, { worker, workers });
  }
  const images = samples.map((_, i) => {
    const [bundle, lane] = [Math.floor(i / 16), i % 16];
    return Array.from({ length: size }, (_, e) =>
      layout === 'lanes' ? value[(bundle * size + e) * 16 + lane]! : value[i * size + e]!,
    );
  });
  return { images, normalization, labels, mix };
}

describe.each(availableKernelNames())('assembly with kernels: %s', (kernels) => {
  const cases = SHAPES.flatMap((shape) =>
    [
      { flip: 'random' },
      { translate: 4 },
      { flip: 'alternating', translate: 2, padding: 'reflect' },
      { flip: 'random', translate: 27, padding: 'reflect', cutout: 9 },
      { translate: 27, cutout: 28 },
      { flip: 'random', translate: 2, cutout: 5, erasing: { probability: 0.8 } },
    ].map((fields) => ({ shape, fields, title: `${formatShape(shape)} ${JSON.stringify(fields)}` })),
  );

  it.each(cases)('is pad, crop, flip, normalise and cut in both layouts: $title', ({ shape, fields }) => {
    const augmentation = augmentationSchema.parse(fields);
    const { images, normalization, labels } = assemble({ shape, layout: 'images', kernels, augmentation });
    const { train } = makeTinyDataset({ train: 50, test: 1, shape });
    const draws = new TransformDraws(augmentation, shape, SEED);
    const words = new Int32Array(TRANSFORM_WORDS);
    for (const [i, image] of images.entries()) {
      const sample = (i * 7) % 50;
      draws.draw(EPOCH, sample, words, 0);
      const expected = transform(cutPicture(train.pixels, sample, shape), augmentation, words, normalization);
      // The reference computes in double precision and rounds once.
      const error = Math.max(...image.map((value, e) => Math.abs(value - expected[e]!)));
      expect(error, `image ${i}`).toBeLessThanOrEqual(kernels === 'reference' ? 1e-6 : 0);
      expect(labels[i]).toBe(train.labels[sample]);
    }
    const lanes = assemble({ shape, layout: 'lanes', kernels, augmentation });
    expect(lanes.images).toEqual(images);
  });
});

describe.each(availableKernelNames())('assembly of painted images with kernels: %s', (kernels) => {
  it.each(SHAPES)(
    'normalises and cuts what was painted, in both layouts: $height×$width×$channels',
    (shape) => {
      const augmentation = augmentationSchema.parse({
        flip: 'random',
        translate: 3,
        resizedCrop: { area: [0.3, 1] },
        colorJitter: { brightness: 0.5, contrast: 0.5 },
        randAugment: {},
        erasing: {},
      });
      const { images, normalization } = assemble({ shape, layout: 'images', kernels, augmentation });
      const { train } = makeTinyDataset({ train: 50, test: 1, shape });
      const draws = new TransformDraws(augmentation, shape, SEED);
      const painter = new Painter(augmentation, shape, SEED);
      const words = new Int32Array(TRANSFORM_WORDS);
      const painted = new Uint8Array(sizeOf(shape));
      for (const [i, image] of images.entries()) {
        const sample = (i * 7) % 50;
        draws.draw(EPOCH, sample, words, 0);
        painter.paint({ epoch: EPOCH, sample, images: train.pixels }, { transforms: words, painted, i: 0 });
        const expected = transform(cutPicture(painted, 0, shape), augmentation, words, normalization);
        const error = Math.max(...image.map((value, e) => Math.abs(value - expected[e]!)));
        expect(error, `image ${i}`).toBeLessThanOrEqual(kernels === 'reference' ? 1e-6 : 0);
      }
      expect(assemble({ shape, layout: 'lanes', kernels, augmentation, workers: 3 }).images).toEqual(images);
    },
  );
});

describe.each(availableKernelNames())('mixing with kernels: %s', (kernels) => {
  const shape = SHAPES[1]!;
  const fields = { flip: 'random', translate: 3, erasing: {} };
  const plain = assemble({
    shape,
    layout: 'images',
    kernels,
    augmentation: augmentationSchema.parse(fields),
  });

  it.each([
    { mixing: { mixup: 1 }, step: 0 },
    { mixing: { cutmix: 1 }, step: 1 },
    { mixing: { mixup: 0.3, cutmix: 2 }, step: 2 },
    { mixing: { mixup: 0.3, cutmix: 2 }, step: 3 },
    { mixing: { mixup: 1, probability: 0.01 }, step: 4 },
  ])('is of the images as they are augmented, in both layouts: $mixing, step $step', ({ mixing, step }) => {
    const augmentation = augmentationSchema.parse({ ...fields, mixing });
    const drawn = new MixingDraws(augmentation.mixing!, shape, SEED).draw(EPOCH, step);
    const lanes = assemble({ shape, layout: 'lanes', kernels, augmentation, step });
    const { top, left, height, width } = drawn?.rectangle ?? { top: 0, left: 0, height: 0, width: 0 };
    for (const [i, image] of lanes.images.entries()) {
      const partner = (i + IMAGES - 1) % IMAGES;
      const expected = plain.images[i]!.map((own, e) => {
        const y = Math.floor(e / (shape.width * shape.channels));
        const x = Math.floor(e / shape.channels) % shape.width;
        const isInside = y >= top && y < top + height && x >= left && x < left + width;
        return isInside ? own + drawn!.share * (plain.images[partner]![e]! - own) : own;
      });
      expect(Math.max(...image.map((value, e) => Math.abs(value - expected[e]!)))).toBeLessThan(1e-6);
      expect(lanes.labels[i]).toBe(plain.labels[i]);
      expect(lanes.mix!.labels[i]).toBe(plain.labels[partner]);
      expect(lanes.mix!.shares[i]).toBe(Math.fround(drawn?.labelShare ?? 0));
    }
    expect(assemble({ shape, layout: 'images', kernels, augmentation, step })).toEqual(lanes);
  });
});

describe('assembly', () => {
  const [kernels] = availableKernelNames() as [string];
  const shape = SHAPES[1]!;
  const augmentation = augmentationSchema.parse({ flip: 'random', translate: 3, cutout: 6, erasing: {} });

  it.each(['images', 'lanes'] as const)('in %s does not depend on the workers', (layout) => {
    const mixing = { mixup: 1, cutmix: 1, probability: 1 };
    for (const options of [
      { augmentation },
      { augmentation: { ...augmentation, mixing }, step: 1 },
      { augmentation: { ...augmentation, mixing }, step: 3 },
    ]) {
      const one = assemble({ shape, layout, kernels, ...options });
      for (const workers of [2, 3, 5])
        expect(assemble({ shape, layout, kernels, ...options, workers }).images).toEqual(one.images);
    }
  });

  it("does not depend on an image's place in the mini-batch", () => {
    const samples = [31, 4, 17, 22, 9];
    const one = assemble({ shape, layout: 'images', kernels, augmentation, samples });
    for (const layout of ['images', 'lanes'] as const) {
      const turned = { shape, layout, kernels, augmentation, samples: [40, 41, ...samples.toReversed()] };
      expect(assemble(turned).images.slice(2).reverse()).toEqual(one.images);
    }
  });

  it('without augmentation leaves images as they are', () => {
    const none = augmentationSchema.parse({});
    const plain = assemble({ shape, layout: 'lanes', kernels, augmentation: none });
    const { train } = makeTinyDataset({ train: 50, test: 1, shape });
    const words = new Int32Array(TRANSFORM_WORDS);
    expect(plain.images[6]).toEqual(
      transform(cutPicture(train.pixels, 42, shape), none, words, plain.normalization),
    );
    expect(assemble({ shape, layout: 'images', kernels, augmentation: none }).images).toEqual(plain.images);
  });
});
