import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/checkpoint/load.js';
import { saveModel } from '../../src/checkpoint/save.js';
import { UserError } from '../../src/core/errors.js';
import { WorkerPool } from '../../src/parallel/pool.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { RunContext, StepMetrics, TrainOptions } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { openPool } from '../helpers/open-pool.js';
import { factsOf } from '../helpers/run-facts.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

/** Six mini-batches an epoch, the last one of 30 images. */
const dataset = makeTinyDataset({ train: 280, test: 50 });
const pool = openPool(2);

const SPEC: RunSpec = {
  network: 'INPUT(28x28x1) -> CONV(5,4) -> BN -> RELU -> POOL(2) -> DROPOUT(0.3) -> FC(10)',
  batchSize: 50,
  epochs: 3,
  learningRate: { kind: 'cosine', rate: 0.01 },
};
const run = (options: TrainOptions = {}, spec: RunSpec = {}) =>
  train({ ...SPEC, ...spec }, { dataset, pool, ...options });

describe('callbacks', () => {
  it('are told of every step and epoch in order, and change no bit', async () => {
    const plain = await run();
    const told: string[] = [];
    const steps: StepMetrics[] = [];
    const result = await run({
      workers: 1,
      onStep: async (metrics, { epochs }) => {
        steps.push(metrics);
        told.push(`step ${metrics.epoch}.${metrics.step} after ${epochs.length}`);
        if (metrics.step === 2) await sleep(5);
      },
      onEpoch: ({ epoch }, { epochs }) => told.push(`epoch ${epoch} of ${epochs.length}`),
    });
    expect(factsOf(result)).toEqual(factsOf(plain));
    const expected = [1, 2, 3].flatMap((epoch) => [
      ...[1, 2, 3, 4, 5, 6].map((step) => `step ${epoch}.${step} after ${epoch - 1}`),
      `epoch ${epoch} of ${epoch}`,
    ]);
    expect(told).toEqual(expected);
    // An epoch's figures are those of its steps.
    for (const { epoch, trainLoss, trainErrorPercent, learningRate } of result.epochs) {
      const own = steps.filter((step) => step.epoch === epoch);
      expect(own.map(({ images }) => images)).toEqual([50, 50, 50, 50, 50, 30]);
      const mean = (field: 'trainLoss' | 'trainErrorPercent') =>
        own.reduce((sum, step) => sum + step[field]! * step.images, 0) / 280;
      expect(mean('trainLoss')).toBeCloseTo(trainLoss, 12);
      expect(mean('trainErrorPercent')).toBeCloseTo(trainErrorPercent!, 12);
      expect(own.at(-1)!.learningRate).toBe(learningRate);
    }
  });

  it.each<[string, RunSpec]>([
    ['plain', {}],
    ['averaged', { averaging: { decay: 0.5 } }],
  ])('get the weights that a saved network would have, %s', async (_, spec) => {
    const copies: ReturnType<RunContext['weights']>[] = [];
    const result = await run({ onEpoch: (_metrics, context) => copies.push(context.weights()) }, spec);
    const last = copies.at(-1)!;
    const shapes = Object.fromEntries([...last].map(([name, { shape }]) => [name, shape.join('×')]));
    expect(shapes).toMatchObject({ 'convolution1.kernel': '5×5×1×4', 'fully-connected1.bias': '10' });
    const file = `${makeFolder()}/model.safetensors`;
    await saveModel(result, file);
    const saved = await loadCheckpoint(file);
    expect([...last.values()].flatMap(({ values }) => [...values])).toEqual([...saved.weights]);
    expect(copies[0]!.get('convolution1.kernel')).not.toEqual(last.get('convolution1.kernel'));
  });

  it('give no weights that move', async () => {
    let kept: RunContext | null = null;
    const result = run({
      onStep: (_, context) => {
        kept ??= context;
        if (kept !== context) kept.weights();
      },
    });
    await expect(result).rejects.toThrow(UserError);
    await expect(result).rejects.toThrow('onStep: expected weights() to be called before');
  });

  it.each<[string, TrainOptions, string, number]>([
    [
      'after an epoch',
      { onEpoch: ({ epoch }) => epoch === 2 && 'stop' },
      'stopped by onEpoch after epoch 2',
      2,
    ],
    [
      'later, after an epoch',
      { onEpoch: async ({ epoch }) => sleep(2).then(() => (epoch === 1 ? 'stop' : null)) },
      'stopped by onEpoch after epoch 1',
      1,
    ],
    [
      'after a step',
      { onStep: ({ epoch, step }) => (epoch === 2 && step === 3 ? 'stop' : undefined) },
      'stopped by onStep in epoch 2, after step 3',
      1,
    ],
  ])('end a run %s, which goes on from there to the same bits', async (_, options, reason, epochs) => {
    const checkpoints = { folder: makeFolder() };
    const stopped = await run({ ...options, checkpoints });
    expect(stopped).toMatchObject({ state: 'interrupted', reason });
    expect(stopped.epochs).toHaveLength(epochs);
    let resumed = 0;
    const rest = await run({ checkpoints, onResume: () => resumed++ });
    expect(resumed).toBe(1);
    expect(factsOf(rest)).toEqual(factsOf(await run()));
  });

  it('do not end what has ended', async () => {
    const { state } = await run({ onEpoch: ({ epoch }) => (epoch === 3 ? 'stop' : undefined) });
    expect(state).toBe('done');
  });

  it('have no states saved but those that are asked for', async () => {
    const folder = makeFolder();
    const fail = ({ step }: StepMetrics) => {
      if (step === 6) throw new Error('roar');
    };
    await expect(run({ checkpoints: { folder, everySteps: 4 }, onStep: fail })).rejects.toThrow('roar');
    expect(readdirSync(folder)).toEqual(['state-0000000004.safetensors']);
  });

  it.each<[string, TrainOptions]>([
    ['onEpoch', { onEpoch: () => Promise.reject(new Error('roar')) }],
    [
      'onStep',
      {
        onStep: () => {
          throw new Error('roar');
        },
      },
    ],
    [
      'onProgress',
      {
        onStep: () => sleep(20),
        onProgress: () => {
          throw new Error('roar');
        },
      },
    ],
  ])('that throw fail the run, and the pool goes on: %s', async (_, options) => {
    await expect(run(options, { epochs: 20 })).rejects.toThrow('roar');
    expect((await run({}, { epochs: 1 })).state).toBe('done');
  });

  it('that throw after they have ended the run fail it all the same', async () => {
    const ending = new AbortController();
    const onEpoch = async () => {
      ending.abort();
      throw new Error('roar');
    };
    await expect(run({ onEpoch, signal: ending.signal })).rejects.toThrow('roar');
  });

  it('may answer nothing but stop', async () => {
    const refused = run({ onEpoch: () => 'Stop' });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(`onEpoch: expected the answer 'stop' or none, found "Stop".`);
  });

  it('may wait for the end of their own run', async () => {
    const own = WorkerPool.create(1);
    const { state } = await train(SPEC, { dataset, pool: own, onEpoch: () => own.close() });
    expect(state).toBe('interrupted');
  });
});
