import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { loadDataset } from '../../src/dataset/load.js';
import { type Executor, type ExecutorOptions, UnableToTrain } from '../../src/experiment/executor.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { LocalExecutor } from '../../src/experiment/local-executor.js';
import { planSweep, type SweepPoint } from '../../src/experiment/plan-sweep.js';
import { ProcessExecutor } from '../../src/experiment/process-executor.js';
import { listRuns } from '../../src/experiment/run-records.js';
import { runSweep } from '../../src/experiment/sweep.js';
import { loadPlugins } from '../../src/plugins/load.js';
import type { EpochMetrics } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { isFreed } from '../helpers/garbage.js';
import { makePlugin, writeDoubling } from '../plugins/fake-plugin.js';
import { openStore } from './fake-runs.js';

let dataset: Dataset;
beforeAll(async () => {
  dataset = await loadDataset('mnist');
});

const SILENT: ExecutorOptions = {
  signal: new AbortController().signal,
  checkpoints: null,
  observer: { progressed: () => {}, epochEnded: () => {} },
};

const GRID = {
  base: { model: 'SK', width: 0.2, trainCount: 300, testCount: 100, epochs: 2 },
  grid: { seed: [0, 1, 2] },
};

function planPoints(grid: object = GRID): Promise<SweepPoint[]> {
  return planSweep(expandGrid(parseGrid(grid, 'grid.json', 'test'), 'grid.json'), async () => dataset);
}

const EXECUTORS: readonly (readonly [string, (count: number) => Executor])[] = [
  ['in this process', (count) => new LocalExecutor({ workers: 1, parallel: 2 }, count)],
  ['in other processes', (count) => new ProcessExecutor({ workers: 1, parallel: 2 }, count)],
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
    const observer = { ...SILENT.observer, epochEnded: (metrics: EpochMetrics) => epochs.push(metrics) };
    const result = await open(1).run(point!, { ...SILENT, observer });
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

describe.each([LocalExecutor, ProcessExecutor])('%o', (Kind) => {
  it('has all its runs on as many threads as it says', async () => {
    const executor = new Kind({ workers: 2, parallel: 3 }, 2);
    expect([executor.workers, executor.parallel]).toEqual([2, 2]);
    await executor.close();
  });

  it('times passes if it is asked to', async () => {
    const [point] = await planPoints();
    const executor = new Kind({ workers: 1, profile: true }, 1);
    onTestFinished(() => executor.close());
    const { profile } = await executor.run(point!, SILENT);
    expect(profile?.passes.length).toBeGreaterThan(0);
  });
});

describe('the executor in other processes', () => {
  const open = (): ProcessExecutor => {
    const executor = new ProcessExecutor({ workers: 1 }, 1);
    onTestFinished(() => executor.close());
    return executor;
  };

  it('refuses a point whose data are no longer those that it was planned with, and goes on', async () => {
    const executor = open();
    const [point] = await planPoints();
    const run = executor.run({ ...point!, identity: 'another one' }, SILENT);
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(
      'mnist: expected the data that the run was planned with, found others.',
    );
    expect((await executor.run(point!, SILENT)).state).toBe('done');
  });

  it('hands on what plugins print', async () => {
    const text = writeDoubling({ more: "pattern: { word: 'DOUBLING' }," });
    const print = "if (process.argv[1]?.endsWith('trainer.js')) console.log('doubling is loaded');";
    const plugins = await loadPlugins([makePlugin(`${print}\n${text}`)]);
    const network = 'INPUT(28x28x1) -> CONV(5,2) -> DOUBLING -> POOL(4) -> FC(10)';
    const grid = parseGrid({ base: { network, trainCount: 100, testCount: 100, epochs: 1 } }, 'g', 't');
    const points = expandGrid(grid, 'g', [], plugins);
    const lines: string[] = [];
    const [point] = await planSweep(points, async () => dataset, plugins);
    await open().run(point!, {
      ...SILENT,
      observer: { ...SILENT.observer, printed: (line) => lines.push(line) },
    });
    expect(lines).toContain('doubling is loaded');
  });

  it('says once that no process begins', async () => {
    vi.stubEnv('NODE_OPTIONS', '--no-such-flag');
    onTestFinished(() => void vi.unstubAllEnvs());
    const executor = open();
    const [point] = await planPoints();
    const message =
      /^trainer: expected a process that begins to train, found that it ended with exit code 9: .*no-such-flag/;
    for (let attempt = 0; attempt < 2; attempt++) {
      const run = executor.run(point!, SILENT);
      await expect(run).rejects.toThrow(UnableToTrain);
      await expect(run).rejects.toThrow(message);
    }
  });

  it.runIf(existsSync('/proc'))('gives no point to a process that died between two', async () => {
    const executor = open();
    const [first, second] = await planPoints();
    const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ');
    const others = children();
    await executor.run(first!, SILENT);
    const [trainer] = children().filter((pid) => !others.includes(pid));
    process.kill(Number(trainer), 'SIGKILL');
    await expect.poll(children).not.toContain(trainer);
    expect((await executor.run(second!, SILENT)).state).toBe('done');
  });

  it('keeps nothing of a run that has ended', async () => {
    const executor = open();
    const [point] = await planPoints();
    const train = async () => new WeakRef((await executor.run(point!, SILENT)).weights);
    expect(await isFreed(await train())).toBe(true);
  });

  it('passes many weights on', async () => {
    const network = 'INPUT(28x28x1) -> FC(6000) -> FC(10)';
    const points = await planPoints({ base: { network, trainCount: 100, testCount: 100, epochs: 1 } });
    const { weights, weightsSha256, parameterCount } = await open().run(points[0]!, SILENT);
    expect(weights.length).toBe(parameterCount);
    expect(createHash('sha256').update(weights).digest('hex')).toBe(weightsSha256);
  });
});
