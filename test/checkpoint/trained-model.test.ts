import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { toProbabilities } from '../../src/checkpoint/probabilities.js';
import { saveModel } from '../../src/checkpoint/save.js';
import { loadModel, TrainedModel } from '../../src/checkpoint/trained-model.js';
import { sizeOf } from '../../src/core/shape.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import type { Image } from '../../src/image/image.js';
import { writePng } from '../../src/image/write-png.js';
import type { LossName } from '../../src/layers/loss.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import type { RunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(1);

const grey = makeTinyDataset({ train: 200, test: 40 });
const coloured = makeTinyDataset({ train: 100, test: 40, shape: { height: 32, width: 30, channels: 3 } });

const learn = (spec: RunSpec, dataset: Dataset = grey) =>
  train({ epochs: 1, batchSize: 25, learningRate: 0.01, ...spec }, { dataset, pool, workers: 1 });

/** Its test images. */
function listImages({ shape, test }: Dataset): Image[] {
  const size = sizeOf(shape);
  const { height, width, channels } = shape as Image;
  return Array.from({ length: test.count }, (_, i) => ({
    height,
    width,
    channels,
    pixels: test.pixels.slice(i * size, (i + 1) * size),
  }));
}

const network = (layers: readonly WrittenLayer[], loss?: LossName): WrittenNetwork => ({
  input: [32, 30, 3],
  layers: [...layers, { kind: 'fully-connected', units: 12 }],
  ...(loss === undefined ? {} : { loss }),
});
const convolution: WrittenLayer = { kind: 'convolution', kernel: 3, padding: 1, filters: 4 };

describe('a trained model', () => {
  it.each<[string, RunSpec, Dataset]>([
    ['with batch normalisation and dropout', { model: 'BN', dropout: 0.5 }, grey],
    ['with convolutions in lanes', { network: network([convolution, { kind: 'relu' }]) }, coloured],
    ['of one fully connected layer', { network: network([]) }, coloured],
    ['for the squared error', { network: network([convolution], 'squared-l2') }, coloured],
  ])('predicts what the run tested: %s', async (_what, spec, dataset) => {
    const result = await learn(spec, dataset);
    const file = join(makeFolder(), 'model.safetensors');
    await saveModel(result, file);
    const model = await loadModel(file);
    const images = listImages(dataset);
    const predictions = await model.predict(images);
    expect(predictions.map(({ classes }) => classes[0]!.index)).toEqual([...result.predicted]);
    expect(await new TrainedModel(result).predict(images)).toEqual(predictions);
    // One by one, to the bit.
    for (const i of [0, 17, 39]) expect(await model.predict([images[i]!])).toEqual([predictions[i]]);
  });

  it('gives every class its name and probability, the most likely first', async () => {
    const model = new TrainedModel(await learn({ network: network([convolution]) }, coloured));
    const [{ classes, outputs }] = (await model.predict(listImages(coloured).slice(0, 1))) as [never];
    expect(outputs).toHaveLength(12);
    expect(classes).toHaveLength(12);
    const sorted = (classes as { probability: number }[]).map(({ probability }) => probability);
    expect([...sorted].sort((a, b) => b - a)).toEqual(sorted);
    expect(sorted.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1);
    const names = Object.fromEntries(
      (classes as { name: string; index: number }[]).map(({ name, index }) => [index, name]),
    );
    expect(Object.values(names)).toEqual([...coloured.classNames, 'class 10', 'class 11']);
  });

  it('scales pictures, and makes them grey or coloured', async () => {
    const folder = makeFolder();
    const [image] = listImages(coloured) as [Image];
    const [exact, large] = [join(folder, 'exact.png'), join(folder, 'large.webp')];
    await writePng(exact, image);
    const { pixels, ...raw } = image;
    await sharp(pixels, { raw })
      .resize(300, 320, { kernel: 'nearest' })
      .webp({ lossless: true })
      .toFile(large);
    const colour = new TrainedModel(await learn({ network: network([convolution]) }, coloured));
    const [of, ofFile, ofLarge] = await colour.predict([image, exact, large]);
    expect(ofFile).toEqual(of);
    expect(ofLarge!.classes[0]).toMatchObject({ index: of!.classes[0]!.index });
    const mono = new TrainedModel(await learn({ model: 'SK', width: 0.1 }));
    expect(await mono.predict([exact])).toHaveLength(1);
  });

  it('refuses what is no image of its size', async () => {
    const model = new TrainedModel(await learn({ model: 'SK', width: 0.1 }));
    const [image] = listImages(coloured) as [Image];
    await expect(model.predict([image])).rejects.toThrow(
      'image 1: expected 28×28×1 pixels, found 32×30×3 in 2880 numbers.',
    );
    await expect(model.predict([join(makeFolder(), 'no.png')])).rejects.toThrow(
      'expected a picture, found nothing',
    );
  });

  it('takes numbers of 0 to 1 if it is told so', async () => {
    const model = new TrainedModel(await learn({ model: 'SK', width: 0.1 }));
    const [image] = listImages(grey) as [Image];
    const [expected] = await model.predict([image]);
    const pixels = Float32Array.from(image.pixels, (pixel) => pixel / 255);
    expect(await model.predict([{ ...image, pixels }], { range: 1 })).toEqual([expected]);
    expect(await model.predict([{ ...image, pixels: Float32Array.from(image.pixels) }])).toEqual([expected]);
    expect(await model.predict([{ ...image, pixels: [...image.pixels] }], { range: 255 })).toEqual([
      expected,
    ]);
    const black = Array(784).fill(0);
    expect(await model.predict([{ ...image, pixels: black }])).toHaveLength(1);
  });

  it('refuses numbers that are no pixels, and what is no picture', async () => {
    const model = new TrainedModel(await learn({ model: 'SK', width: 0.1 }));
    const size = { height: 28, width: 28, channels: 1 };
    const filled = (pixel: number, kind: typeof Float32Array | typeof Int16Array = Float32Array) => [
      { ...size, pixels: new kind(784).fill(pixel) },
    ];
    const cases: [unknown, object, string][] = [
      [
        filled(0.5),
        {},
        'image 1: expected whole numbers from 0 to 255, found 0.5 at pixel 1. For numbers from 0 to 1 tell predict so',
      ],
      [filled(1), {}, 'found none above 1. Tell predict which they are: { range: 1 } or { range: 255 }.'],
      [filled(Number.NaN), {}, 'found NaN at pixel 1.'],
      [filled(300), {}, 'found 300 at pixel 1.'],
      [filled(-1, Int16Array), {}, 'found -1 at pixel 1.'],
      [
        filled(2),
        { range: 1 },
        'image 1: expected numbers from 0 to 1, found 2 at pixel 1. Leave range: 1 out',
      ],
      [filled(Number.NaN), { range: 1 }, 'found NaN at pixel 1.'],
      [[{ ...size, pixels: Array(784) }], {}, 'found nothing at pixel 1.'],
      [
        [{ ...size, pixels: new Uint8Array(6) }],
        {},
        'image 1: expected 28×28×1 pixels, found 28×28×1 in 6 numbers.',
      ],
      [
        [Buffer.from('PNG')],
        {},
        'image 1: expected the bytes of a PNG, JPEG or WebP picture, or 28×28×1 pixels, found 3 others.',
      ],
      [
        [new DataView(new ArrayBuffer(784))],
        {},
        "image 1: expected a file's path, the bytes of one, { height, width, channels, pixels } or a list of numbers, found a DataView.",
      ],
      [[Array(783).fill(0)], {}, 'image 1: expected 28×28×1 pixels, found 783 numbers.'],
      [[Array(784).fill('0')], {}, 'image 1: expected whole numbers from 0 to 255, found "0" at pixel 1.'],
      [Array(783).fill(0), {}, 'image 1: expected 28×28×1 pixels, found 783 numbers.'],
      [[0.5, Array(784).fill(0)], {}, 'image 1: expected 28×28×1 pixels, found 2 numbers.'],
      [[null], {}, 'or a list of numbers, found null.'],
      ['x.png', {}, 'x.png: expected a picture, found nothing there.'],
      [[], { range: 100 }, "predict: options: field 'range': expected 1 or 255, found 100."],
      [[], { workers: 0 }, "predict: options: field 'workers': expected number to be >=1, found 0."],
      [[], { rnage: 1 }, "predict: options: unknown field 'rnage'. Did you mean 'range'?"],
    ];
    for (const [images, options, message] of cases) {
      await expect(model.predict(images as [], options)).rejects.toThrow(message);
    }
  });

  it('refuses to tell of outputs that are not finite', async () => {
    const result = await learn({ network: network([]) }, coloured);
    const weights = result.weights.map(() => 3e38);
    const model = new TrainedModel({ ...result, weights });
    await expect(model.predict(listImages(coloured))).rejects.toThrow('expected finite outputs, found');
  });
});

describe('probabilities', () => {
  it('are the softmax of logits of any size', () => {
    const [a, b] = toProbabilities(Float32Array.of(1000, 1000 + Math.log(3)), 'softmax-cross-entropy');
    expect([a, b]).toEqual([expect.closeTo(0.25), expect.closeTo(0.75)]);
  });

  it('are the shares of outputs that were to be unit vectors', () => {
    expect(toProbabilities(Float32Array.of(0.5, -0.25, 1.5, 0), 'squared-l2')).toEqual([0.25, 0, 0.75, 0]);
    expect(toProbabilities(Float32Array.of(-1, -2), 'squared-l2')).toEqual([0.5, 0.5]);
  });
});
