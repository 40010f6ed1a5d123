import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import { fitRun } from '../../src/run/fit.js';
import { measureRegression } from '../../src/run/regression-results.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';
import type { EpochMetrics, TrainOptions, TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeBarDataset } from '../helpers/bar-dataset.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(3);

const dataset = makeBarDataset();
const network: WrittenNetwork = {
  name: 'bars',
  input: [16, 16, 1],
  loss: 'squared-l2',
  layers: [
    { kind: 'convolution', kernel: 5, filters: 8, padding: 2, stride: 2 },
    { kind: 'relu' },
    { kind: 'convolution', kernel: 3, filters: 16, padding: 1, stride: 2 },
    { kind: 'relu' },
    { kind: 'fully-connected', units: 32 },
    { kind: 'relu' },
    { kind: 'fully-connected', units: 2 },
  ],
};
const SPEC: RunSpec = {
  network,
  epochs: 24,
  batchSize: 50,
  optimizer: 'adam',
  learningRate: { kind: 'cosine', rate: 0.005 },
};
const run = (spec: RunSpec = {}, options: TrainOptions = {}) =>
  train({ ...SPEC, ...spec }, { dataset, pool, workers: 2, ...options });

/** What must be equal to the bit whoever computes it: everything but times. */
function factsOf({ epochs, weightsSha256 }: TrainResult) {
  return { weightsSha256, epochs: epochs.map(({ seconds, imagesPerSecond, ...rest }) => rest) };
}

describe('a regression', () => {
  let result: TrainResult;
  beforeAll(async () => {
    result = await run();
  });

  it('learns slope and place of a bar', () => {
    const { testR2, testRmse } = result.epochs.at(-1)!;
    expect(testR2).toBeGreaterThan(0.99);
    expect(testRmse).toBeLessThan(0.2);
  });

  it('has losses, RMSE and R², and nothing of classes', () => {
    const last = result.epochs.at(-1)!;
    // ½‖t − x‖² over two targets is their mean squared error.
    expect(last.testLoss).toBeCloseTo(last.testRmse! ** 2, 6);
    expect(last).toMatchObject({
      trainErrorPercent: null,
      validationErrorPercent: null,
      testErrorPercent: null,
      testTop5ErrorPercent: null,
    });
    expect(result).toMatchObject({ classNames: [], targetNames: ['slope', 'shift'], confusion: [] });
    expect(result.predicted).toHaveLength(0);
  });

  it('comes to the same bits on any number of workers', async () => {
    const short = { epochs: 2, validationCount: 70, augmentation: { translate: 1 } };
    const facts = await Promise.all([1, 2, 3].map((workers) => run(short, { workers }).then(factsOf)));
    expect(facts[1]).toEqual(facts[0]);
    expect(facts[2]).toEqual(facts[0]);
    expect(facts[0]!.epochs[1]!.validationLoss).toBeGreaterThan(0);
  });

  it('goes on from a checkpoint, patience and all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'convoy-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const patient = { epochs: 4, validationCount: 100, patience: 3 };
    const whole = await run(patient);
    const stop = new AbortController();
    const checkpoints = { folder };
    const onEpoch = ({ epoch }: EpochMetrics) => epoch === 2 && stop.abort();
    const cut = await run(patient, { checkpoints, signal: stop.signal, onEpoch });
    expect(cut.state).toBe('interrupted');
    const resumed = await run(patient, { checkpoints });
    expect(factsOf(resumed)).toEqual(factsOf(whole));
    expect(resumed.bestEpoch).toBe(whole.bestEpoch);
  });

  it('may be tested by mirror images', async () => {
    const { augmentedTest } = await run({ epochs: 1, testTimeAugmentation: 'mirror' });
    expect(augmentedTest).toMatchObject({ testErrorPercent: null, testRmse: expect.any(Number) });
    expect(augmentedTest!.testLoss).toBeCloseTo(augmentedTest!.testRmse! ** 2, 4);
  });

  it('diverges when its outputs do', async () => {
    const { state } = await run({ epochs: 1, optimizer: 'sgd', learningRate: 1e6 });
    expect(state).toBe('diverged');
  });
});

describe('what does not go with targets', () => {
  const plan = (spec: RunSpec, data = dataset) => fitRun(resolveRunSpec({ ...SPEC, ...spec }), data);

  it.each<[string, RunSpec, string]>([
    [
      'cross-entropy',
      { network: { ...network, loss: 'softmax-cross-entropy' } },
      'bars: loss: expected squared-l2 for bars, whose targets are numbers, found softmax-cross-entropy. Put "loss": "squared-l2" into the network.',
    ],
    [
      'as many of each class',
      { balanced: true },
      'balanced: expected no such field for bars, whose images have targets and no classes, found true. Leave it out.',
    ],
    [
      'class weights',
      { classWeights: 'balanced' },
      'classWeights: expected no such field for bars, whose images have targets and no classes, found "balanced". Leave it out.',
    ],
    [
      'mixed images',
      { augmentation: { mixing: { mixup: 0.2 } } },
      'augmentation.mixing: expected no such field for bars',
    ],
    [
      'a network of three outputs',
      { network: { ...network, layers: [{ kind: 'fully-connected', units: 3 }] } },
      'bars: expected 2 outputs for the targets of bars (slope, shift), found 3. Give the last layer one output a target.',
    ],
  ])('is refused: %s', (_, spec, message) => {
    expect(() => plan(spec)).toThrow(UserError);
    expect(() => plan(spec)).toThrow(message);
  });

  it('leaves classes as they are', () => {
    const classes = makeTinyDataset();
    const { loss: _, ...plain } = network;
    const layers: WrittenLayer[] = [{ kind: 'fully-connected', units: 10 }];
    const { dataset } = plan({ network: { ...plain, input: [28, 28, 1], layers } }, classes);
    expect(dataset).toBe(classes);
  });
});

describe('the measures of a regression', () => {
  const measure = (targets: number[], outputs: number[], samples: number[]) =>
    measureRegression(
      {
        images: { targets: Float32Array.from(targets) },
        samples: Int32Array.from(samples),
      },
      Float32Array.from(outputs),
    );

  it("are scikit-learn's", () => {
    // r2_score([3, -0.5, 2, 7], [2.5, 0, 2, 8]) = 0.9486081370449679; the errors' squares sum to 1.5.
    const { rmse, r2 } = measure([3, -0.5, 2, 7], [2.5, 0, 2, 8], [0, 1, 2, 3]);
    expect(r2).toBeCloseTo(0.9486081370449679, 12);
    expect(rmse).toBeCloseTo(Math.sqrt(1.5 / 4), 12);
  });

  it('take the mean of R² over the targets', () => {
    // r2_score([[0.5, 1], [-1, 1], [7, -6]], [[0, 2], [-1, 2], [8, -5]]) by uniform_average = (0.96543779 + 0.90816327) / 2.
    const { r2 } = measure([0.5, 1, -1, 1, 7, -6], [0, 2, -1, 2, 8, -5], [0, 1, 2]);
    expect(r2).toBeCloseTo(0.9368005266622779, 12);
  });

  it('are of the samples that were evaluated', () => {
    expect(measure([9, 1, 9, 2], [1, 2], [1, 3])).toEqual({ rmse: 0, r2: 1 });
  });

  it('judge a target that never changes by whether it is met', () => {
    expect(measure([2, 2], [2, 2], [0, 1])).toEqual({ rmse: 0, r2: 1 });
    expect(measure([2, 2], [2, 3], [0, 1]).r2).toBe(0);
  });
});
