import { describe, expect, it } from 'vitest';
import { type Shape, sizeOf } from '../../src/core/shape.js';
import type { Dataset, LabelledImages } from '../../src/dataset/dataset.js';
import { type RunSpec, resolveRunSpec, trimSpec } from '../../src/run/spec.js';
import type { TrainOptions } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(3);

// More test images than one worker takes at a time, with a smaller mini-batch at the end.
const shape: Shape = { height: 28, width: 30, channels: 2 };
const dataset = makeTinyDataset({ train: 100, test: 150, shape });
const LINEAR: RunSpec = { network: 'INPUT(28x30x2) -> FC(10)', normalization: 'per-channel' };
/** In lanes. */
const DEEP: RunSpec = {
  network: 'INPUT(28x30x2) -> CONV(5,6) -> BN -> RELU -> POOL(2) -> CONV(3,8) -> RELU -> FC(10)',
};
const run = (spec: RunSpec, options: TrainOptions = {}) =>
  train({ epochs: 1, batchSize: 50, learningRate: 0.01, ...spec }, { dataset, pool, workers: 2, ...options });

/** One image, its rows and columns moved and mirrored by hand; beside it lies its reflection. */
function look(image: Float64Array, flip: boolean, shift: number): Float64Array {
  const { height, width, channels } = shape;
  const reflect = (i: number, size: number) => (i < 0 ? -i : i >= size ? 2 * size - 2 - i : i);
  return image.map((_, e) => {
    const [y, x, c] = [
      Math.floor(e / (width * channels)),
      Math.floor(e / channels) % width,
      e % channels,
    ] as const;
    const column = reflect((flip ? width - 1 - x : x) + shift, width);
    return image[(reflect(y + shift, height) * width + column) * channels + c]!;
  });
}

const mean = (lists: readonly (readonly number[])[]) =>
  lists[0]!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);

/** As the papers put it: the mean with the mirror image; of that, half for the image and half for both shifts. */
function averageByHand(
  kind: 'none' | 'mirror' | 'mirror-translate',
  image: Float64Array,
  logitsOf: (image: Float64Array) => number[],
): number[] {
  if (kind === 'none') return logitsOf(image);
  const mirror = (shift: number) =>
    mean([logitsOf(look(image, false, shift)), logitsOf(look(image, true, shift))]);
  return kind === 'mirror' ? mirror(0) : mean([mirror(0), mean([mirror(-1), mirror(1)])]);
}

/** Mean loss and error of a linear network, from its weights and the data set's bytes. */
function testLinear(weights: Float32Array, kind: 'none' | 'mirror' | 'mirror-translate') {
  const size = sizeOf(shape);
  const pixelsOf = ({ pixels }: LabelledImages, i: number) =>
    Float64Array.from(pixels.subarray(i * size, (i + 1) * size));
  const channels = [0, 1].map((c) => dataset.train.pixels.filter((_, e) => e % 2 === c));
  const means = channels.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const deviations = channels.map((values, c) =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - means[c]!) ** 2, 0) / values.length),
  );
  const logitsOf = (image: Float64Array) =>
    Array.from({ length: 10 }, (_, unit) =>
      image.reduce((sum, pixel, e) => sum + pixel * weights[e * 10 + unit]!, weights[size * 10 + unit]!),
    );
  const predicted: number[] = [];
  let loss = 0;
  for (let i = 0; i < dataset.test.count; i++) {
    const image = pixelsOf(dataset.test, i).map((pixel, e) => (pixel - means[e % 2]!) / deviations[e % 2]!);
    const logits = averageByHand(kind, image, logitsOf);
    const greatest = Math.max(...logits);
    predicted.push(logits.indexOf(greatest));
    const logSum = greatest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - greatest), 0));
    loss += (logSum - logits[dataset.test.labels[i]!]!) / dataset.test.count;
  }
  const errors = predicted.filter((label, i) => label !== dataset.test.labels[i]).length;
  return { predicted, testLoss: loss, testErrorPercent: (100 * errors) / dataset.test.count };
}

/** The data with every test image mirrored. */
function mirrorTest({ test, ...rest }: Dataset): Dataset {
  const size = sizeOf(shape);
  const pixels = new Uint8Array(new SharedArrayBuffer(test.pixels.length));
  for (let i = 0; i < test.count; i++) {
    const image = Float64Array.from(test.pixels.subarray(i * size, (i + 1) * size));
    pixels.set(look(image, true, 0), i * size);
  }
  return { ...rest, test: { ...test, pixels } };
}

describe('test-time augmentation', () => {
  it.each(['mirror', 'mirror-translate'] as const)('is the mean by hand: %s', async (kind) => {
    const plain = await run(LINEAR);
    const result = await run({ ...LINEAR, testTimeAugmentation: kind });
    const expected = testLinear(result.weights, kind);
    expect(result.augmentedTest!.testLoss).toBeCloseTo(expected.testLoss, 5);
    expect(result.augmentedTest!.testErrorPercent).toBeCloseTo(expected.testErrorPercent, 10);
    expect([...result.predicted]).toEqual(expected.predicted);
    // Training and its curve know nothing of it.
    expect(result.weightsSha256).toBe(plain.weightsSha256);
    expect(result.epochs[0]!.testLoss).toBe(plain.epochs[0]!.testLoss);
    expect(result.epochs[0]!.testLoss).toBeCloseTo(testLinear(plain.weights, 'none').testLoss, 5);
    expect(result.augmentedTest!.testLoss).not.toBeCloseTo(plain.epochs[0]!.testLoss, 3);
    expect(plain.augmentedTest).toBeNull();
  });

  it('counts what it predicts', async () => {
    const { augmentedTest, confusion, predicted } = await run({ ...DEEP, testTimeAugmentation: 'mirror' });
    const right = [...predicted].filter((label, i) => label === dataset.test.labels[i]).length;
    expect(confusion.reduce((sum, row, label) => sum + row[label]!, 0)).toBe(right);
    expect(augmentedTest!.testErrorPercent).toBeCloseTo(100 - (100 * right) / 150, 10);
    expect(augmentedTest!.testTop5ErrorPercent).toBeLessThanOrEqual(augmentedTest!.testErrorPercent!);
  });

  it('finds the same for mirrored images, in lanes too', async () => {
    const spec: RunSpec = { ...DEEP, testTimeAugmentation: 'mirror' };
    const [one, other] = [await run(spec), await run(spec, { dataset: mirrorTest(dataset) })];
    expect(other.epochs[0]!.testLoss).not.toBe(one.epochs[0]!.testLoss);
    expect(other.augmentedTest).toEqual(one.augmentedTest);
    expect(other.predicted).toEqual(one.predicted);
  });

  it('gives the same bits on 1, 2 and 3 workers', async () => {
    const spec: RunSpec = { ...DEEP, testTimeAugmentation: 'mirror-translate', labelSmoothing: 0.1 };
    const one = await run(spec, { workers: 1 });
    for (const workers of [2, 3]) {
      const { augmentedTest, predicted } = await run(spec, { workers });
      expect(augmentedTest).toEqual(one.augmentedTest);
      expect(predicted).toEqual(one.predicted);
    }
  });

  it('is of the weights that are kept', async () => {
    const spec: RunSpec = {
      ...DEEP,
      validationCount: 30,
      testTimeAugmentation: 'mirror',
      learningRate: 0.05,
    };
    const patient = await run({ ...spec, patience: 2, epochs: 12 });
    expect(patient.bestEpoch).toBeLessThan(patient.epochs.length);
    const short = await run({ ...spec, epochs: patient.bestEpoch! });
    expect(patient.weightsSha256).toBe(short.weightsSha256);
    expect(patient.augmentedTest).toEqual(short.augmentedTest);
  });

  it('has the regularisation term in its loss if the spec wants it', async () => {
    const spec: RunSpec = { ...LINEAR, testTimeAugmentation: 'mirror', weightDecay: 0.1 };
    const [plain, reported] = [await run(spec), await run({ ...spec, reportRegularization: true })];
    const term = reported.epochs[0]!.testLoss - plain.epochs[0]!.testLoss;
    expect(term).toBeGreaterThan(0);
    expect(reported.augmentedTest!.testLoss - plain.augmentedTest!.testLoss).toBeCloseTo(term, 10);
  });

  it('does not take place for a run that diverges or is interrupted, be it by then', async () => {
    const spec: RunSpec = { ...DEEP, testTimeAugmentation: 'mirror' };
    const diverged = await run({ ...spec, learningRate: 1e30, epochs: 3 });
    expect(diverged).toMatchObject({ state: 'diverged', augmentedTest: null });
    const stop = new AbortController();
    const stopped = await run(spec, { signal: stop.signal, onEpoch: () => stop.abort() });
    expect(stopped).toMatchObject({ state: 'interrupted', augmentedTest: null });
    expect(stopped.epochs).toHaveLength(1);
    expect(stopped.predicted).toEqual((await run({ ...DEEP })).predicted);
  });
});

describe('the test-time augmentation of a spec', () => {
  it('is recorded only if there is any', () => {
    expect(trimSpec(resolveRunSpec({ model: 'BASE', testTimeAugmentation: 'none' }))).toEqual(
      trimSpec(resolveRunSpec({ model: 'BASE' })),
    );
    expect(trimSpec(resolveRunSpec({ model: 'BASE', testTimeAugmentation: 'mirror' }))).toHaveProperty(
      'testTimeAugmentation',
      'mirror',
    );
  });

  it.each([
    [{ model: 'BASE', testTimeAugmentation: 'flip' }, /"none"\|"mirror"\|"mirror-translate", found "flip"/],
    [
      { network: 'INPUT(1x8x1) -> FC(10)', testTimeAugmentation: 'mirror-translate' },
      /testTimeAugmentation: expected images of at least 2×2 for mirror-translate, found 1×8×1\. Take mirror\./,
    ],
  ])('is refused: %j', (spec, message) => {
    expect(() => resolveRunSpec(spec)).toThrow(message);
  });
});
