import { describe, expect, it } from 'vitest';
import { planNetwork } from '../../../src/network/plan.js';
import type { WrittenNetwork } from '../../../src/network/spec.js';
import type { OptimizerSpec } from '../../../src/optim/optimizers/registry.js';
import { loadPlugins } from '../../../src/plugins/load.js';
import { type RunSpec, resolveRunSpec } from '../../../src/run/spec.js';
import { train } from '../../../src/train.js';
import { openPool } from '../../helpers/open-pool.js';
import { makeTinyDataset } from '../../helpers/tiny-dataset.js';
import { makeOptimizerPlugins } from '../../plugins/fake-optimizers.js';

const pool = openPool(8);

/** Two of the user's own at hand. */
const plugins = await loadPlugins(makeOptimizerPlugins());
const names = Object.keys(plugins.optimizers) as (OptimizerSpec & string)[];
const dataset = makeTinyDataset({ train: 130, test: 20 });

const network: WrittenNetwork = {
  name: 'mixed',
  input: [28, 28, 1],
  layers: [
    { kind: 'convolution', name: 'conv1', kernel: 5, stride: 2, filters: 12, kernelEpochs: 1 },
    { kind: 'batch-normalization' },
    { kind: 'relu' },
    {
      kind: 'convolution',
      name: 'conv2',
      kernel: 3,
      stride: 2,
      filters: 4,
      connections: [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [9, 10, 11],
      ],
    },
    { kind: 'prelu' },
    { kind: 'convolution', name: 'conv3', kernel: 1, filters: 70, groups: 2, biasLearningRate: 0 },
    { kind: 'relu' },
    { kind: 'fully-connected', units: 10 },
  ],
};

const run = (spec: RunSpec, workers: number) =>
  train(
    { network, batchSize: 50, epochs: 2, learningRate: 0.01, ...spec },
    { dataset, plugins, pool, workers },
  );

describe.each(names)('a run with %s', (optimizer) => {
  it.each([
    {},
    {
      clipNorm: 0.5,
      averaging: { decay: 0.8, every: 2 },
      lookahead: { every: 2 },
      minWeightChange: { epsilon: 1e-9, per: 'iteration' as const },
    },
  ])('is the same on any number of workers, with %j', async (options) => {
    const one = await run({ optimizer, ...options }, 1);
    expect(one).toMatchObject({ state: 'done', reason: null });
    // Muon's matrices are cut finer than anybody's segments.
    for (const workers of optimizer === 'muon' ? [2, 3, 8] : [2, 3]) {
      expect((await run({ optimizer, ...options }, workers)).weightsSha256, `${workers} workers`).toBe(
        one.weightsSha256,
      );
    }
  });

  it('leaves weights that a connection table leaves out at zero, and what is frozen as it was', async () => {
    const start = await run({ optimizer, learningRate: 0 }, 2);
    const end = await run({ optimizer }, 2);
    const { network: resolved } = resolveRunSpec({ network });
    const { steps } = planNetwork(resolved, { batchSize: 50, slices: 12, training: true });
    let at = 0;
    for (const { label, size, absent = [] } of steps.flatMap(({ parameters, state }) => [
      ...parameters,
      ...state.map((each) => ({ ...each, label: each.name, absent: [] })),
    ])) {
      const values = end.weights.subarray(at, at + size);
      const before = start.weights.subarray(at, at + size);
      at += size;
      for (const index of absent) expect(values[index]).toBe(0);
      if (label === 'conv2.kernel') expect(absent.length).toBeGreaterThan(0);
      if (label === 'conv3.bias') expect(values).toEqual(before);
      else expect(values, label).not.toEqual(before);
    }
    expect(at).toBe(end.weights.length);
  });

  it('diverges with a reason', async () => {
    const { state, reason } = await run({ optimizer, learningRate: 1e30 }, 2);
    expect(state).toBe('diverged');
    expect(reason).toMatch(/no longer finite in epoch 1/);
  });
});

it('nothing learns: every optimizer goes along', async () => {
  const frozen: WrittenNetwork = {
    name: 'frozen',
    input: [28, 28, 1],
    layers: [{ kind: 'fully-connected', units: 10, kernelLearningRate: 0, biasLearningRate: 0 }],
  };
  const hashes = await Promise.all(
    names.map((optimizer) =>
      run({ network: frozen, optimizer, clipNorm: 1 }, 1).then(({ weightsSha256 }) => weightsSha256),
    ),
  );
  expect(new Set(hashes).size).toBe(1);
});
