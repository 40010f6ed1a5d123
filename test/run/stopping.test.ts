import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';
import type { TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

/** Six mini-batches an epoch. */
const dataset = makeTinyDataset({ train: 300, test: 50 });
const BASE: RunSpec = { model: 'BASE', width: 0.2, batchSize: 50, learningRate: 0.01, epochs: 4 };
const pool = openPool(3);
const run = (spec: RunSpec, workers = 2, data: Dataset = dataset) =>
  train({ ...BASE, ...spec }, { dataset: data, workers, pool });

/** What must not depend on the number of workers. */
function factsOf({ state, reason, epochs, bestEpoch, confusion, weightsSha256 }: TrainResult) {
  const losses = epochs.map(({ seconds, imagesPerSecond, ...rest }) => rest);
  return { state, reason, losses, bestEpoch, confusion, weightsSha256 };
}

/** The weights after so many steps, found by a run of that length. BASE has nothing but parameters. */
const weightsAfter = async (spec: RunSpec, steps: number) =>
  (await run({ ...spec, maxIterations: steps })).weights;

function greatestChange(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, weight, i) => Math.max(most, Math.abs(Math.fround(weight - b[i]!))), 0);
}

describe('maxIterations', () => {
  it('ends a run within an epoch, which is measured as far as it went', async () => {
    const result = await run({ maxIterations: 8 });
    expect(result).toMatchObject({ state: 'done', reason: 'maxIterations 8 reached in epoch 2, step 2' });
    expect(result.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    const whole = await run({ epochs: 2 });
    expect(result.epochs[0]!.trainLoss).toBe(whole.epochs[0]!.trainLoss);
    expect(result.weightsSha256).not.toBe(whole.weightsSha256);
    // 100 images were seen, so an error is one percent.
    expect(result.epochs[1]!.trainErrorPercent! % 1).toBe(0);
    expect(factsOf(await run({ maxIterations: 8 }, 3))).toEqual(factsOf(result));
  });

  it('ends it at the end of an epoch as if that had been the last', async () => {
    const result = await run({ maxIterations: 12 });
    expect(result.reason).toBe('maxIterations 12 reached in epoch 2, step 6');
    expect(result.weightsSha256).toBe((await run({ epochs: 2 })).weightsSha256);
  });

  it('says nothing if the epochs end first', async () => {
    for (const maxIterations of [24, 25]) {
      expect(await run({ maxIterations })).toMatchObject({ state: 'done', reason: null });
    }
  });
});

describe('minWeightChange', () => {
  const FADING: RunSpec = { learningRate: { kind: 'step', rate: 0.01, factor: 0.1, every: 1 }, epochs: 8 };

  it('ends a run with the first step in which no weight moves by more than epsilon', async () => {
    const epsilon = 1e-4;
    const spec: RunSpec = { ...FADING, minWeightChange: { epsilon, per: 'iteration' } };
    const result = await run(spec);
    const [, epoch, step] = /in epoch (\d+), step (\d+)$/.exec(result.reason!)!;
    expect(result).toMatchObject({ state: 'done' });
    expect(result.reason).toBe(`no weight moved by more than 0.0001 in epoch ${epoch}, step ${step}`);
    const steps = 6 * (Number(epoch) - 1) + Number(step);
    expect(steps).toBeGreaterThan(2);
    const before = await weightsAfter(FADING, steps - 1);
    expect(greatestChange(result.weights, before)).toBeLessThanOrEqual(epsilon);
    expect(greatestChange(before, await weightsAfter(FADING, steps - 2))).toBeGreaterThan(epsilon);
    for (const workers of [1, 3]) expect(factsOf(await run(spec, workers))).toEqual(factsOf(result));
  });

  it('ends a run with the first epoch in which none does', async () => {
    const epsilon = 1e-3;
    const spec: RunSpec = { ...FADING, minWeightChange: { epsilon } };
    const result = await run(spec);
    const epoch = result.epochs.length;
    expect(epoch).toBeGreaterThan(1);
    expect(result.reason).toBe(`no weight moved by more than 0.001 in epoch ${epoch}`);
    const before = await weightsAfter(FADING, 6 * (epoch - 1));
    expect(greatestChange(result.weights, before)).toBeLessThanOrEqual(epsilon);
    const earlier = epoch === 2 ? null : await weightsAfter(FADING, 6 * (epoch - 2));
    if (earlier) expect(greatestChange(before, earlier)).toBeGreaterThan(epsilon);
    expect(factsOf(await run(spec, 3))).toEqual(factsOf(result));
  });

  it('lets a run go on while one weight moves', async () => {
    const result = await run({ epochs: 2, minWeightChange: { epsilon: 1e-9, per: 'iteration' } });
    expect(result).toMatchObject({ state: 'done', reason: null });
    expect(result.weightsSha256).toBe((await run({ epochs: 2 })).weightsSha256);
  });
});

describe('patience', () => {
  /** Half of the images kept for validation have wrong labels, so that their loss first falls, then rises with every certainty. */
  const labels = new Uint16Array(new SharedArrayBuffer(600));
  labels.set(dataset.train.labels);
  for (let i = 200; i < 300; i += 2) labels[i] = (labels[i]! + 1) % 10;
  const misleading: Dataset = { ...dataset, train: { ...dataset.train, labels } };
  const spec: RunSpec = { validationCount: 100, epochs: 30 };

  it('ends a run after so many epochs without a lower validation loss, with the weights of the best', async () => {
    const result = await run({ ...spec, patience: 3 }, 2, misleading);
    const losses = result.epochs.map(({ validationLoss }) => validationLoss!);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(best).toBeGreaterThan(1);
    expect(result).toMatchObject({
      state: 'done',
      reason: `the validation loss has not fallen below epoch ${best}'s for 3 epochs`,
      bestEpoch: best,
    });
    expect(result.epochs).toHaveLength(best + 3);
    const short = await run({ ...spec, epochs: best }, 2, misleading);
    expect(result.weightsSha256).toBe(short.weightsSha256);
    expect(result.confusion).toEqual(short.confusion);
    expect(result.predicted).toEqual(short.predicted);
    expect(factsOf(await run({ ...spec, patience: 3 }, 3, misleading))).toEqual(factsOf(result));
  });

  it('gives the best weights also where the epochs end first, and does not listen to the regularisation term', async () => {
    const whole = await run({ ...spec, patience: 3 }, 2, misleading);
    const epochs = whole.bestEpoch! + 2;
    const result = await run(
      { ...spec, patience: 3, epochs, reportRegularization: true, weightDecay: 1e-3 },
      2,
      misleading,
    );
    expect(result).toMatchObject({ state: 'done', reason: null });
    expect(result.epochs).toHaveLength(epochs);
    expect(result.bestEpoch).toBeLessThan(epochs);
    const plain = await run({ ...spec, patience: 3, epochs, weightDecay: 1e-3 }, 2, misleading);
    expect(plain.weightsSha256).toBe(result.weightsSha256);
  });

  it('leaves the last weights where it is not asked for', async () => {
    expect((await run({ ...spec, epochs: 2 })).bestEpoch).toBeNull();
  });
});

describe('limits that cannot be', () => {
  it.each([
    [{ maxIterations: 0 }, /'maxIterations': .* found 0/],
    [{ patience: 0, validationCount: 1 }, /'patience': .* found 0/],
    [{ patience: 3 }, /patience: expected validation images, found none. Give validationCount/],
    [{ minWeightChange: 0.1 }, /'minWeightChange': .* found 0.1/],
    [{ minWeightChange: { epsilon: -1 } }, /'minWeightChange.epsilon': .* found -1/],
    [{ minWeightChange: { epsilon: 1, per: 'step' } }, /'minWeightChange.per': .* found "step"/],
  ])('%j', (limits, message) => {
    expect(() => resolveRunSpec({ ...BASE, ...limits })).toThrow(message);
  });
});
