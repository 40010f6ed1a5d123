import { describe, expect, it } from 'vitest';
import { loadPlugins } from '../src/plugins/load.js';
import type { RunSpec } from '../src/run/spec.js';
import { resolveRunSpec, trimSpec } from '../src/run/spec.js';
import type { StepMetrics } from '../src/run/types.js';
import { train } from '../src/train.js';
import { makeFolder } from './experiment/fake-runs.js';
import { openPool } from './helpers/open-pool.js';
import { dataset, factsOf, runOn } from './helpers/tiny-training.js';
import { makePlugin, writeDoubling } from './plugins/fake-plugin.js';

const pool = openPool(8);
const run = runOn(pool);

const SMALL = 'INPUT(28x28x1) -> CONV(5,4) -> BN -> RELU -> POOL(2) -> DROPOUT(0.3) -> FC(10)';

/** A kind of layer whose state follows the mini-batch by a sum that it does not know how to join. */
const COUNTING = writeDoubling({ kind: 'counting' }).replace(
  'state: []',
  "state: [{ name: 'count', size: 1, initial: 0 }]",
);

describe('a run in shards', () => {
  it.each<RunSpec>([
    // A last mini-batch of four images, for three shards.
    { network: SMALL, shards: 3, trainCount: 104 },
    { model: 'BASE', shards: 2, clipNorm: 1, optimizer: 'adamw', classWeights: 'balanced' },
    {
      network: SMALL,
      shards: 4,
      batchSize: 30,
      augmentation: { randAugment: {}, mixing: { mixup: 1, cutmix: 1 } },
      labelSmoothing: 0.1,
      lookahead: { every: 2 },
    },
  ])('has the same bits on 1, 2, 3 and 8 workers: %j', async (spec) => {
    const one = factsOf(await run(spec, { workers: 1 }));
    expect(one.state).toBe('done');
    for (const workers of [2, 3, 8]) expect(factsOf(await run(spec, { workers }))).toEqual(one);
  });

  it('learns what it does whole, but for rounding', async () => {
    const spec: RunSpec = { network: SMALL, batchSize: 60, learningRate: 0.01 };
    const [whole, sharded] = [await run(spec), await run({ ...spec, shards: 2 })];
    expect(sharded.weightsSha256).not.toBe(whole.weightsSha256);
    expect(sharded.epochs[0]!.trainLoss).toBeCloseTo(whole.epochs[0]!.trainLoss, 3);
    expect(sharded.epochs[0]!.testLoss).toBeCloseTo(whole.epochs[0]!.testLoss, 3);
  });

  it('goes on from a checkpoint to the same bits', async () => {
    const spec: RunSpec = { network: SMALL, shards: 2, trainCount: 110 };
    const whole = factsOf(await run(spec));
    const checkpoints = { folder: makeFolder(), everySteps: 1 };
    const given = { dataset, pool, workers: 2, checkpoints };
    const cut = await train(
      { epochs: 2, batchSize: 50, ...spec },
      { ...given, onStep: ({ step }) => (step === 2 ? 'stop' : undefined) },
    );
    expect(cut.state).toBe('interrupted');
    const resumed: number[] = [];
    const rest = await train(
      { epochs: 2, batchSize: 50, ...spec },
      { ...given, onResume: ({ step }) => void resumed.push(step) },
    );
    expect(resumed).toEqual([2]);
    expect(factsOf(rest)).toEqual(whole);
  });

  it('tells of its steps and is profiled as a whole mini-batch is', async () => {
    const steps: StepMetrics[] = [];
    const spec: RunSpec = { network: SMALL, shards: 2, trainCount: 110, epochs: 1 };
    const { profile, epochs } = await run(spec, {
      profile: true,
      onStep: (metrics) => void steps.push(metrics),
    });
    expect(steps.map(({ images }) => images)).toEqual([50, 50, 10]);
    const sum = steps.reduce((total, { trainLoss, images }) => total + trainLoss * images, 0);
    expect(sum / 110).toBeCloseTo(epochs[0]!.trainLoss, 9);
    const plain = await run({ ...spec, shards: 1 }, { profile: true });
    const perStep = ({ gflops, msPerStep }: { gflops: number; msPerStep: number }) => gflops * msPerStep;
    expect(perStep(profile!)).toBeCloseTo(perStep(plain.profile!), 3);
    expect(profile!.passes.map(({ pass }) => pass)).toEqual(
      expect.arrayContaining(['join moments', 'join gradient sums', 'shard reduction', 'shard totals']),
    );
  });

  it('keeps the identity of runs without', () => {
    expect(trimSpec(resolveRunSpec({ model: 'BASE' }))).not.toHaveProperty('shards');
    expect(trimSpec(resolveRunSpec({ model: 'BASE', shards: 2 }))).toMatchObject({ shards: 2 });
  });

  it.each<[RunSpec, string]>([
    [{ shards: 0 }, "field 'shards': expected number to be >=1, found 0"],
    [{ shards: 1.5 }, "field 'shards': expected int, found 1.5"],
    [{ shards: 65, batchSize: 100 }, "field 'shards': expected number to be <=64, found 65"],
    [{ shards: 11, batchSize: 10 }, 'shards: expected at most the 10 images of a mini-batch, found 11'],
    [{ shards: 8, trainCount: 7 }, 'shards: expected at most 7, one for each image of a mini-batch, found 8'],
    [
      { shards: 4, trainCount: 103 },
      'expected at most 3, one for each image of the last mini-batch (103 images by 50), found 4. Take dropLast=true',
    ],
  ])('is refused for %j', async (spec, message) => {
    await expect(run({ model: 'BASE', ...spec })).rejects.toThrow(message);
  });

  it('takes no layer whose state it does not know to join', async () => {
    const plugins = await loadPlugins([makePlugin(COUNTING)]);
    const network = {
      input: [28, 28, 1] as const,
      layers: [{ kind: 'counting' }, { kind: 'fully-connected', units: 10 }],
    };
    await expect(run({ network: network as never, shards: 2 }, { plugins })).rejects.toThrow(
      'expected shards=1 with counting, whose state every shard would move by itself',
    );
  });
});
