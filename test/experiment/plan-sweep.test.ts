import { beforeEach, describe, expect, it, vi } from 'vitest';
import { expandGrid, parseGrid, walkGrid } from '../../src/experiment/grid.js';
import { computeIdentity } from '../../src/experiment/identity.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { fitRun, planRun } from '../../src/run/fit.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { FAKE_DATASET, planGrid } from './fake-runs.js';

vi.mock('../../src/network/plan.js', async (load) => {
  const module = await load<typeof import('../../src/network/plan.js')>();
  return { ...module, planNetwork: vi.fn(module.planNetwork) };
});
vi.mock('../../src/network/spec.js', async (load) => {
  const module = await load<typeof import('../../src/network/spec.js')>();
  return { ...module, parseNetwork: vi.fn(module.parseNetwork) };
});

beforeEach(() => {
  vi.mocked(planNetwork).mockClear();
  vi.mocked(parseNetwork).mockClear();
});

const callsOf = () => ({
  plans: vi.mocked(planNetwork).mock.calls.length,
  parses: vi.mocked(parseNetwork).mock.calls.length,
});

describe('a planned sweep', () => {
  it('plans points of one network and mini-batch once, and holds the network once', async () => {
    const points = await planGrid({
      base: { model: 'SK' },
      points: [{ width: 0.2 }, { width: 0.5 }, { width: 0.2, batchSize: 50 }],
      grid: { seed: [0, 1], momentum: [0, 0.9] },
    });
    expect(callsOf()).toEqual({ plans: 3, parses: 2 });
    expect(new Set(points.map(({ spec }) => spec.network)).size).toBe(2);
    for (const point of points) {
      const { network, batchSize, slices } = point.spec;
      const alone = planNetwork(network, { batchSize, slices, training: true });
      expect(planRun(point).plan.parameterCount).toBe(alone.parameterCount);
    }
  });

  it('plans as many networks as there are, be they the grid’s or a pattern’s, in whatever order', async () => {
    const networks = Array.from({ length: 8 }, (_, i) => `INPUT(28x28x1) -> FC(${i + 1}) -> FC(10)`);
    await planGrid({ grid: { network: networks, seed: [0, 1, 2, 3, 4] } });
    expect(callsOf()).toEqual({ plans: 8, parses: 8 });
    await planGrid({ grid: { seed: [0, 1, 2, 3, 4], network: networks } });
    expect(callsOf()).toEqual({ plans: 16, parses: 16 });
    const layers = [{ kind: 'fully-connected', name: 'last', units: 10 }];
    const base = { network: { input: [28, 28, 1], layers } };
    await planGrid({ base, grid: { seed: [0, 1, 2], 'network.layers.last.units': [10, 11, 12, 13] } });
    expect(callsOf()).toEqual({ plans: 20, parses: 20 });
  });

  it('looks at a point only when it comes to it', () => {
    const seeds = Array.from({ length: 100_000 }, (_, seed) => seed);
    const grid = parseGrid({ base: { model: 'SK' }, grid: { seed: seeds } }, 'g', 'g');
    const [first] = walkGrid(grid, 'g', [], NO_PLUGINS);
    expect(first!.spec.seed).toBe(0);
    expect(callsOf()).toEqual({ plans: 0, parses: 1 });
  });

  it('has the specs and the identities that its runs have alone, whatever changes from point to point', async () => {
    const rates = [0.1, { kind: 'cosine', rate: 0.1, warmupEpochs: 1 }, { kind: 'constant', rate: 0.2 }];
    const grid = {
      base: { model: 'SK', epochs: 3 },
      points: [
        { width: 0.2 },
        { activation: 'elu' },
        { model: 'BASE', optimizer: 'adam' },
        { augmentation: { translate: 2 }, momentum: 0.5 },
        { labelSmoothing: 0.1, validationCount: 50, patience: 2 },
        { network: 'INPUT(28x28x1) -> CONV(5,4) -> FC(10)', model: undefined },
      ],
      grid: { batchSize: [50, 100], learningRate: rates, seed: [0, 7] },
    };
    const written = grid.points.flatMap((point) =>
      grid.grid.batchSize.flatMap((batchSize) =>
        rates.flatMap((learningRate) =>
          grid.grid.seed.map((seed) => ({ ...grid.base, ...point, batchSize, learningRate, seed })),
        ),
      ),
    );
    const points = await planGrid(grid);
    expect(points).toHaveLength(written.length);
    for (const [i, { spec, identity, plugins }] of points.entries()) {
      const alone = fitRun(resolveRunSpec(written[i]), FAKE_DATASET);
      expect(spec).toEqual(alone.spec);
      expect(identity).toBe(computeIdentity(alone.spec, FAKE_DATASET.sha256));
      expect(plugins).toEqual(alone.plugins);
    }
  });

  it('names the point that is wrong, after however many that were right', async () => {
    const seeds = [...Array.from({ length: 50 }, (_, seed) => seed), -1];
    const grid = parseGrid({ base: { model: 'SK' }, grid: { width: [0.2, 0.5], seed: seeds } }, 'g', 'g');
    expect(() => expandGrid(grid, 'g')).toThrow("g: grid.width[0], grid.seed[50]: field 'seed': expected");
    const counts = parseGrid({ base: { model: 'SK' }, grid: { trainCount: [100, 10 ** 6] } }, 'g', 'g');
    await expect(planSweep(expandGrid(counts, 'g'), async () => FAKE_DATASET)).rejects.toThrow(
      'g: grid.trainCount[1]: trainFirst 1 with trainCount 1000000: expected examples 1 to',
    );
  });
});
