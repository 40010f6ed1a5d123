import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { loadDataset } from '../../src/dataset/load.js';
import type { Executor } from '../../src/experiment/executor.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { LocalExecutor } from '../../src/experiment/local-executor.js';
import { planSweep, type SweepPoint } from '../../src/experiment/plan-sweep.js';
import { listRuns } from '../../src/experiment/run-records.js';
import { runSweep } from '../../src/experiment/sweep.js';
import type { EpochMetrics } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { ChildExecutor } from './child-executor.js';
import { openStore } from './fake-runs.js';

let dataset: Dataset;
beforeAll(async () => {
  dataset = await loadDataset('mnist');
});

const GRID = {
  base: { model: 'SK', width: 0.2, trainCount: 300, testCount: 100, epochs: 2 },
  grid: { seed: [0, 1, 2] },
};

function planPoints(grid: object = GRID): Promise<SweepPoint[]> {
  return planSweep(expandGrid(parseGrid(grid, 'grid.json', 'test'), 'grid.json'), async () => dataset);
}

const EXECUTORS: readonly (readonly [string, (count: number) => Executor])[] = [
  ['in this process', (count) => new LocalExecutor({ workers: 1, parallel: 2 }, count)],
  ['in other processes', () => new ChildExecutor()],
];

/** What a sweep may rely on, whoever trains. */
describe.each(EXECUTORS)('an executor that trains %s', (_, create) => {
  const open = (count: number): Executor => {
    const executor = create(count);
    onTestFinished(() => executor.close?.());
    return executor;
  };

  it('gives what train gives, to the bit, as plain data', async () => {
    const [point] = await planPoints();
    const epochs: EpochMetrics[] = [];
    const observer = { progressed: () => {}, epochEnded: (metrics: EpochMetrics) => epochs.push(metrics) };
    const result = await open(1).run(point!, {
      signal: new AbortController().signal,
      checkpoints: null,
      observer,
    });
    const alone = await train(point!.spec, { dataset, workers: 1 });
    expect(result.weightsSha256).toBe(alone.weightsSha256);
    expect(result.predicted).toEqual(alone.predicted);
    expect(result.weights).toEqual(alone.weights);
    expect(epochs).toEqual(result.epochs);
    for (const { buffer } of [result.weights, result.predicted]) expect(buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('runs a sweep', async () => {
    const store = openStore();
    const points = await planPoints();
    const executor = open(points.length);
    const ends = await runSweep({ store, name: 't', title: null, points, missing: points, executor });
    expect(Object.fromEntries(ends)).toEqual({ done: 3 });
    const hashes = await Promise.all(
      points.map(async ({ spec }) => (await train(spec, { dataset, workers: 1 })).weightsSha256),
    );
    const recorded = new Map(listRuns(store.db).map((run) => [run.seed, run]));
    expect([0, 1, 2].map((seed) => recorded.get(seed)?.weightsSha256)).toEqual(hashes);
    expect([...recorded.values()].map(({ epochs }) => epochs)).toEqual([2, 2, 2]);
  });

  it('ends its runs once it is asked to', async () => {
    const store = openStore();
    const points = await planPoints({ ...GRID, base: { ...GRID.base, epochs: 10_000 } });
    const stop = new AbortController();
    const observer = { epochEnded: () => stop.abort() };
    const executor = open(points.length);
    await runSweep({
      store,
      name: 't',
      title: null,
      points,
      missing: points,
      executor,
      observer,
      signal: stop.signal,
    });
    const states = listRuns(store.db).map(({ state }) => state);
    expect([...new Set(states)]).toEqual(['interrupted']);
  });
});

describe('the local executor', () => {
  it('has all its runs on as many threads as it says', async () => {
    const executor = new LocalExecutor({ workers: 2, parallel: 3 }, 2);
    expect([executor.workers, executor.parallel]).toEqual([2, 2]);
    await executor.close();
  });

  it('times passes if it is asked to', async () => {
    const [point] = await planPoints();
    const executor = new LocalExecutor({ workers: 1, profile: true }, 1);
    onTestFinished(() => executor.close());
    const observer = { progressed: () => {}, epochEnded: () => {} };
    const { profile } = await executor.run(point!, {
      signal: new AbortController().signal,
      checkpoints: null,
      observer,
    });
    expect(profile?.passes.length).toBeGreaterThan(0);
  });
});
