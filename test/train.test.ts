import { describe, expect, it } from 'vitest';
import { UserError } from '../src/core/errors.js';
import type { WrittenNetwork } from '../src/network/spec.js';
import type { WrittenLayer } from '../src/network/written-layer.js';
import { WorkerPool } from '../src/parallel/pool.js';
import { fitRun } from '../src/run/fit.js';
import { type RunSpec, resolveRunSpec } from '../src/run/spec.js';
import type { TrainOptions } from '../src/run/types.js';
import { train, trainFitted } from '../src/train.js';
import { openPool } from './helpers/open-pool.js';
import { makeTinyDataset } from './helpers/tiny-dataset.js';
import { dataset, factsOf, runOn } from './helpers/tiny-training.js';

const run = runOn(openPool(3));

/** Residuals and branches in lanes and behind them, with all kinds of joints. */
const branched = ((): WrittenNetwork => {
  const convolution = (filters: number, options = {}): WrittenLayer[] => [
    { kind: 'convolution', kernel: 3, padding: 1, filters, bias: false, ...options },
    { kind: 'batch-normalization' },
  ];
  const relu: WrittenLayer = { kind: 'relu' };
  const inception: WrittenLayer[][] = [
    [],
    convolution(3),
    [{ kind: 'max-pooling', kernel: 3, stride: 1, padding: 1 }],
  ];
  return {
    name: 'branched',
    input: [28, 28, 1],
    layers: [
      ...convolution(4, { stride: 2 }),
      { kind: 'residual', body: [...convolution(4), relu, ...convolution(4)] },
      relu,
      {
        kind: 'residual',
        body: [{ kind: 'branches', branches: inception, join: 'concat' }, ...convolution(6, { stride: 2 })],
        shortcut: convolution(6, { kernel: 1, padding: 0, stride: 2 }),
      },
      { kind: 'average-pooling', kernel: 7 },
      { kind: 'residual', body: [{ kind: 'fully-connected', units: 6 }, relu, { kind: 'dropout' }] },
      { kind: 'fully-connected', units: 10 },
    ],
  };
})();

describe('train', () => {
  it('refuses mini-batches with one value to normalise by, and warns of them if it is forced', async () => {
    const spec: RunSpec = {
      network: 'INPUT(28x28x1) -> FC(8) -> BN -> FC(10)',
      batchSize: 1,
      trainCount: 3,
      epochs: 1,
    };
    const told: string[] = [];
    const onWarning = (message: string) => told.push(message);
    await expect(run(spec, { onWarning })).rejects.toThrow(UserError);
    await expect(run(spec, { onWarning, force: false })).rejects.toThrow("('force' in a program)");
    expect(told).toEqual([]);
    await run(spec, { onWarning, force: true });
    expect(told).toEqual([
      expect.stringContaining('batch-normalization1: expected at least two values a channel'),
    ]);
    const emitted = new Promise<Error>((resolve) => process.once('warning', resolve));
    await run(spec, { force: true });
    expect(await emitted).toMatchObject({ name: 'ConvoyWarning', message: told[0] });
  });

  it('learns', async () => {
    const { epochs, state } = await run({ model: 'BN', learningRate: 0.01, epochs: 4 });
    expect(state).toBe('done');
    expect(epochs).toHaveLength(4);
    expect(epochs.at(-1)!.testErrorPercent).toBeLessThan(5);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(epochs[0]!.trainLoss);
  });

  it.each<RunSpec>([
    { model: 'BASE', learningRate: 0.01 },
    { model: 'BN', dropout: 0.5 },
    { model: 'SK', width: 0.5, batchSize: 32 },
    { network: branched, batchSize: 30 },
    { network: branched, batchSize: 5, trainCount: 100 },
  ])('gives the same bits on 1, 2 and 3 workers, alone and beside others: %j', async (spec) => {
    const one = factsOf(await run(spec, { workers: 1 }));
    expect(factsOf(await run(spec, { workers: 2 }))).toEqual(one);
    expect(factsOf(await run(spec, { workers: 3 }))).toEqual(one);
    const pool = WorkerPool.create(3);
    const beside = await Promise.all([
      run(spec, { pool, workers: 1 }),
      run({ model: 'SK', width: 0.2 }, { pool, workers: 1 }),
      run(spec, { pool, workers: 1 }),
    ]);
    await pool.close();
    expect(factsOf(beside[0])).toEqual(one);
    expect(factsOf(beside[2])).toEqual(one);
  });

  it('trains a run that has been fitted before, to the same bits', async () => {
    const spec: RunSpec = { model: 'SK', width: 0.2, batchSize: 50, epochs: 1, validationCount: 60 };
    const fitted = fitRun(resolveRunSpec(spec), dataset);
    const result = await trainFitted(fitted, { workers: 2 });
    expect(result.spec).toBe(fitted.spec);
    expect(factsOf(result)).toEqual(factsOf(await run(spec)));
  });

  it.each([1, 7, 300, 1000])('takes mini-batches of %i images', async (batchSize) => {
    const small = makeTinyDataset({ train: batchSize === 1 ? 12 : 300, test: 10 });
    const spec = { model: 'SK', width: 0.2, batchSize, epochs: 1 };
    // With one image its batch normalisation on 1×1 maps cannot learn.
    const options = { dataset: small, force: true, onWarning: () => {} };
    const one = await train(spec, { ...options, workers: 1 });
    expect(one.state).toBe('done');
    expect(factsOf(await train(spec, { ...options, workers: 2 }))).toEqual(factsOf(one));
  });

  it.each<WrittenLayer[]>([
    [{ kind: 'max-pooling', kernel: 2 }, { kind: 'relu' }],
    [{ kind: 'average-pooling', kernel: 4 }, { kind: 'dropout' }, { kind: 'tanh' }],
  ])('takes a network that begins without parameters: %j', async (...layers) => {
    const network: WrittenNetwork = {
      input: [28, 28, 1],
      layers: [
        ...layers,
        { kind: 'convolution', kernel: 3, filters: 4 },
        { kind: 'sigmoid' },
        { kind: 'relu' },
        { kind: 'fully-connected', units: 10 },
      ],
    };
    const one = factsOf(await run({ network }, { workers: 1 }));
    expect(one.state).toBe('done');
    expect(factsOf(await run({ network }, { workers: 3 }))).toEqual(one);
  });

  it('measures validation images that it does not train on', async () => {
    const spec: RunSpec = { model: 'SK', width: 0.2, batchSize: 32, validationCount: 100 };
    const split = await run(spec);
    // The same images for training, and the validation images for testing.
    const swapped = { ...dataset, test: dataset.train };
    const apart = await run(
      { model: 'SK', width: 0.2, batchSize: 32, trainCount: 200, testFirst: 201 },
      { dataset: swapped },
    );
    expect(split.weightsSha256).toBe(apart.weightsSha256);
    expect(split.epochs.map((epoch) => [epoch.validationLoss, epoch.validationErrorPercent])).toEqual(
      apart.epochs.map((epoch) => [epoch.testLoss, epoch.testErrorPercent]),
    );
    expect(apart.epochs[0]).toMatchObject({ validationLoss: null, validationErrorPercent: null });
    expect(factsOf(await run(spec, { workers: 3 }))).toEqual(factsOf(split));
  });

  it('trains on any split, normalised by the images trained on', async () => {
    const spec: RunSpec = {
      model: 'BASE',
      width: 0.2,
      normalization: 'per-channel',
      balanced: true,
      trainCount: 200,
      validationFraction: 0.25,
      validationFrom: 'random',
    };
    const one = await run(spec, { workers: 1 });
    expect(one.spec).toMatchObject({ trainCount: 200, validationCount: 50 });
    expect(factsOf(await run(spec, { workers: 3 }))).toEqual(factsOf(one));
    expect((await run({ ...spec, validationFrom: 'end' })).weightsSha256).not.toBe(one.weightsSha256);
  });

  it('reports the regularisation term in both losses, and trains the same weights', async () => {
    // No parameter of BASE has a factor of its own, and it has no running statistics.
    const spec: RunSpec = { model: 'BASE', width: 0.2, weightDecay: 0.1, epochs: 2 };
    const plain = await run(spec);
    const reported = await run({ ...spec, reportRegularization: true });
    expect(reported.weightsSha256).toBe(plain.weightsSha256);
    const squares = plain.weights.reduce((sum, weight) => sum + weight ** 2, 0);
    expect(squares).toBeGreaterThan(0.1);
    const [before, after] = [plain.epochs.at(-1)!, reported.epochs.at(-1)!];
    expect(after.trainLoss - before.trainLoss).toBeCloseTo(0.5 * 0.1 * squares, 10);
    expect(after.testLoss - before.testLoss).toBeCloseTo(0.5 * 0.1 * squares, 10);
  });

  it('smooths labels in training and in the losses that it reports', async () => {
    const spec: RunSpec = { model: 'SK', width: 0.2, learningRate: 0.01, epochs: 4 };
    const plain = await run(spec);
    const smoothed = await run({ ...spec, labelSmoothing: 0.1 });
    expect(smoothed.weightsSha256).not.toBe(plain.weightsSha256);
    // No prediction brings the loss below the entropy of the smoothed label: 0.91 and nine times 0.01.
    const entropy = -(0.91 * Math.log(0.91) + 0.09 * Math.log(0.01));
    expect(plain.epochs.at(-1)!.testLoss).toBeLessThan(entropy);
    expect(smoothed.epochs.at(-1)!.testLoss).toBeGreaterThan(entropy);
    expect(smoothed.epochs.at(-1)!.testErrorPercent).toBeLessThan(5);
  });

  it('takes a network as a pattern', async () => {
    const layers: WrittenLayer[] = [
      { kind: 'convolution', kernel: 5, filters: 4 },
      { kind: 'relu' },
      { kind: 'max-pooling', kernel: 2 },
      { kind: 'fully-connected', units: 10 },
    ];
    const pattern = 'INPUT(28x28x1) -> [[CONV(5,4)]*1 -> POOL(2)]*1 -> [FC(10)]*1';
    const written = factsOf(await run({ network: { input: [28, 28, 1], layers } }));
    expect(factsOf(await run({ network: pattern }))).toEqual(written);
    await expect(run({ network: 'INPUT(28x28x1) -> CONV(5,4' })).rejects.toThrow(
      /^spec: network: character 27: expected ',' or '\)', found the end\.\n.*\n {28}\^$/,
    );
  });

  it('another seed gives other weights', async () => {
    const hashes = await Promise.all(
      [0, 1].map(async (seed) => (await run({ model: 'SK', width: 0.2, seed })).weightsSha256),
    );
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('reports progress while the workers are busy', async () => {
    const steps: number[] = [];
    const big = makeTinyDataset({ train: 3000, test: 10 });
    await train(
      { model: 'BN', epochs: 1, batchSize: 20 },
      { dataset: big, onProgress: ({ step }) => steps.push(step) },
    );
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.every((step) => step >= 1 && step <= 150)).toBe(true);
    // Once more at the end.
    expect(steps.at(-1)).toBe(150);
  });

  it.each([1, 2, 3])('is profiled on %i workers with the same results', async (workers) => {
    const spec = { model: 'BN', batchSize: 20 };
    const plain = await run(spec, { workers });
    const { profile, ...result } = await run(spec, { workers, profile: true });
    expect(factsOf(result)).toEqual(factsOf(plain));
    expect(plain).not.toHaveProperty('profile');
    const { passes, perWorker, msPerStep, passMsPerStep, barrierMsPerStep, otherMsPerStep } = profile!;
    // Two epochs of 15 steps, without the first tenth.
    expect(profile).toMatchObject({ workers, steps: 27, imagesPerStep: 20, kernels: plain.kernels });
    expect(perWorker).toHaveLength(workers);
    expect(passMsPerStep + barrierMsPerStep + otherMsPerStep).toBeCloseTo(msPerStep, 9);
    expect(otherMsPerStep).toBeGreaterThan(0);
    expect(passes.reduce((sum, { msPerStep: ms }) => sum + ms, 0)).toBeCloseTo(passMsPerStep, 9);
    const names = passes.map(({ layer, pass }) => `${layer} ${pass}`);
    expect(names).toEqual(
      expect.arrayContaining([
        'null assembly',
        'convolution2 forward',
        'convolution2 kernel gradient',
        'convolution2 input gradient',
        'batch-normalization1 moments',
        'null loss',
        'null reduction and update',
      ]),
    );
    expect(names).not.toContain('convolution1 input gradient');
    for (const { pass, gflops, shareOfPeak } of passes.filter(({ layer }) => layer === 'convolution2')) {
      if (pass.startsWith('prepare') || pass.endsWith('transform')) continue;
      expect(gflops, pass).toBeGreaterThan(0);
      if (plain.kernels !== 'reference') expect(shareOfPeak, pass).toBeGreaterThan(0);
    }
  });

  it('counts errors as the confusion matrix does', async () => {
    const { epochs, confusion } = await run({ model: 'SK', width: 0.2 });
    const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(90);
    expect(epochs.at(-1)!.testErrorPercent).toBeCloseTo(100 - (100 * right) / 90, 10);
    expect(epochs.at(-1)!.testTop5ErrorPercent).toBeLessThanOrEqual(epochs.at(-1)!.testErrorPercent!);
  });

  it('tells the class of each test image, as the confusion matrix counts them', async () => {
    const { confusion, predicted } = await run({ model: 'SK', width: 0.2, testFirst: 11, testCount: 70 });
    const counted = confusion.map((row) => row.map(() => 0));
    predicted.forEach((guess, i) => {
      counted[dataset.test.labels[10 + i]!]![guess]!++;
    });
    expect(predicted).toHaveLength(70);
    expect(counted).toEqual(confusion);
  });

  it.each<[RunSpec, TrainOptions, RegExp]>([
    [{ model: 'BASE' }, { workers: 0 }, /workers: expected a whole number from 1 to 256, found 0/],
    [{ model: 'BASE' }, { workers: 10_000 }, /found 10000/],
    [{ model: 'BASE' }, { workers: 1.5 }, /found 1.5/],
    [{ model: 'BAES' }, {}, /unknown model 'BAES'. Did you mean 'BASE'\?/],
    [{ model: 'BASE', trainFirst: 200, trainCount: 200 }, {}, /300/],
    [{ model: 'BASE', testCount: 91 }, {}, /90/],
    [{} as RunSpec, {}, /expected 'model' .* or 'network', found neither/],
    [{ model: 'BASE', widht: 2 } as RunSpec, {}, /unknown field 'widht'. Did you mean 'width'\?/],
    [
      { model: 'BASE', augmentation: { flop: 'random' } } as unknown as RunSpec,
      {},
      /unknown field 'flop' in 'augmentation'. Did you mean 'flip'\? Valid: flip, /,
    ],
    [
      { network: { input: [14, 14, 1], layers: [{ kind: 'fully-connected', units: 10 }] } },
      {},
      /expected images of 14×14×1, found 28×28×1/,
    ],
    [
      { network: { input: [28, 28, 1], layers: [{ kind: 'fully-connected', units: 9 }] } },
      {},
      /expected at least 10 outputs/,
    ],
    [
      { network: { input: [28, 28, 1], layers: [{ kind: 'relu' }] } },
      {},
      /expected the last layer \(relu1\) to give 1×1×classes/,
    ],
  ])('refuses %j %j', async (spec, options, message) => {
    const attempt = train(spec, { dataset, ...options });
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow(message);
  });
});

it('tells how often each class is wrong', async () => {
  const { classErrors, confusion, epochs, spec } = await run({ model: 'SK', width: 0.2, epochs: 1 });
  expect(classErrors).toHaveLength(10);
  expect(classErrors).toEqual(
    confusion.map((row, label) => {
      const images = row.reduce((a, b) => a + b, 0);
      return { images, errors: images - row[label]! };
    }),
  );
  const errors = classErrors.reduce((sum, each) => sum + each.errors, 0);
  expect((100 * errors) / spec.testCount!).toBeCloseTo(epochs[0]!.testErrorPercent!, 9);
});
