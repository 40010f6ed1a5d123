import { describe, expect, it } from 'vitest';
import { computeIdentity } from '../../src/experiment/identity.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { computeClassWeights } from '../../src/run/class-weights.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { factsOf } from '../helpers/run-facts.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const dataset = makeTinyDataset({ train: 120, test: 40 });
const pool = openPool(3);

const NETWORK = 'INPUT(28x28x1) -> CONV(5,4) -> RELU -> POOL(4) -> FC(10)';
const spec: RunSpec = { network: NETWORK, epochs: 2, batchSize: 30, learningRate: 0.01, weightDecay: 0 };
const run = (changes: RunSpec = {}, workers = 2) =>
  train({ ...spec, ...changes }, { dataset, pool, workers });

describe('class weights', () => {
  it('are balanced as scikit-learn has them', () => {
    // compute_class_weight('balanced', classes=[0, 1], y=[0, 0, 0, 1]) is 0.6667, 2.
    const images = {
      labels: Uint16Array.of(2, 0, 0, 1, 0, 2),
      samples: Int32Array.of(1, 2, 3, 4),
      classes: 3,
    };
    expect(computeClassWeights('balanced', images)).toEqual(Float32Array.of(2 / 3, 2, 1));
    expect(computeClassWeights([3, 0.5], images)).toEqual(Float32Array.of(3, 0.5, 1));
  });

  it('multiply loss and gradient in training, and leave the test alone', async () => {
    const plain = await run();
    // Twice the gradient at half the rate is the same step, to the bit.
    const doubled = await run({ classWeights: new Array(10).fill(2), learningRate: 0.005 });
    expect(doubled.weightsSha256).toBe(plain.weightsSha256);
    doubled.epochs.forEach(({ trainLoss, testLoss }, i) => {
      expect(trainLoss).toBe(2 * plain.epochs[i]!.trainLoss);
      expect(testLoss).toBe(plain.epochs[i]!.testLoss);
    });
  });

  it('that are balanced are those of the images that are trained on', async () => {
    const asked = { validationCount: 20, classWeights: 'balanced' } as const;
    const runs = await Promise.all([1, 2, 3].map((workers) => run(asked, workers)));
    for (const other of runs.slice(1)) expect(factsOf(other)).toEqual(factsOf(runs[0]!));
    const counts = new Array<number>(10).fill(0);
    for (const label of dataset.train.labels.subarray(0, 100)) counts[label]!++;
    const written = await run({ ...asked, classWeights: counts.map((count) => 100 / (10 * count)) });
    expect(factsOf(written)).toEqual(factsOf(runs[0]!));
    expect((await run({ validationCount: 20 })).weightsSha256).not.toBe(written.weightsSha256);
  });

  it('are of the squared distance as well', async () => {
    const network: WrittenNetwork = {
      input: [28, 28, 1],
      loss: 'squared-l2',
      layers: [{ kind: 'fully-connected', units: 10 }],
    };
    const changes = { network, normalization: 'per-channel' as const, epochs: 1, learningRate: 0.001 };
    const plain = await run(changes);
    const halved = await run({ ...changes, classWeights: new Array(10).fill(0.5) });
    expect(halved.epochs[0]!.testLoss).toBeGreaterThan(plain.epochs[0]!.testLoss);
  });

  it('are part of the identity, but where there are none', () => {
    const identify = (changes: RunSpec) => computeIdentity(resolveRunSpec({ ...spec, ...changes }), 'd');
    expect(identify({ classWeights: null })).toBe(identify({}));
    const [balanced, ones] = [identify({ classWeights: 'balanced' }), identify({ classWeights: [1, 1] })];
    expect(new Set([identify({}), balanced, ones]).size).toBe(3);
  });

  it.each<[unknown, RegExp]>([
    ['even', /field 'classWeights': expected "balanced" or a list of numbers, one a class, found "even"/],
    [[1, 0], /field 'classWeights\[1\]': .* >=0\.000001, found 0/],
    [
      [1, 2, 3],
      /classWeights: expected 10 numbers, one for each class of tiny, found 3\. Give as many, or balanced\./,
    ],
  ])('are refused: %j', async (classWeights, message) => {
    await expect(run({ classWeights } as RunSpec)).rejects.toThrow(message);
  });
});
