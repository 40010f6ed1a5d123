import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { openStore } from '../../src/experiment/open-store.js';
import { expandGrid, type SweepGrid, sweep } from '../../src/experiment/sweep-grid.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { LION } from '../plugins/fake-optimizers.js';
import { makePlugin } from '../plugins/fake-plugin.js';
import { makeFolder } from './fake-runs.js';

const dataset = makeTinyDataset({ train: 100, test: 20 });
const GRID: SweepGrid = {
  name: 'rates',
  base: { model: 'SK', width: 0.2, batchSize: 50, epochs: 2 },
  grid: { 'learningRate.rate': [0.01, 0.001], seed: [3] },
};
const makeFile = () => join(makeFolder(), 'runs.db');

describe('a grid in a program', () => {
  it('has the points of one in a file', () => {
    const specs = expandGrid({
      base: { model: 'SK' },
      grid: { seed: [0, 1] },
      points: [{ width: 0.2 }, { width: 0.5 }],
    });
    expect(specs.map(({ width, seed }) => [width, seed])).toEqual([
      [0.2, 0],
      [0.2, 1],
      [0.5, 0],
      [0.5, 1],
    ]);
    // @ts-expect-error no field of a spec
    expect(() => expandGrid({ base: { model: 'SK', lr: 0.1 } })).toThrow("unknown field 'lr'");
    expect(() => expandGrid({ grid: { seed: [] } })).toThrow(UserError);
  });
});

describe('a sweep in a program', () => {
  it('trains what is missing, to the bits of a training, and records it', async () => {
    const file = makeFile();
    const told: string[] = [];
    const { runs, missing } = await sweep(GRID, {
      store: file,
      dataset,
      workers: 1,
      parallel: 2,
      onEpoch: ({ epoch }, { run }) => told.push(`epoch ${epoch} of run ${run.index} of ${run.count}`),
      onRun: (row, { runId }, result) => {
        expect(row).toMatchObject({ run_id: runId, state: 'done', weights_sha256: result!.weightsSha256 });
        told.push(`run ${row.run_id} done`);
      },
    });
    expect(missing).toEqual([]);
    expect(runs.map(({ learning_rate, state }) => [learning_rate, state])).toEqual([
      [0.01, 'done'],
      [0.001, 'done'],
    ]);
    expect(told.toSorted()).toEqual([
      'epoch 1 of run 1 of 2',
      'epoch 1 of run 2 of 2',
      'epoch 2 of run 1 of 2',
      'epoch 2 of run 2 of 2',
      'run 1 done',
      'run 2 done',
    ]);
    const [first] = expandGrid(GRID);
    const trained = await train({ ...first!, dataset: dataset.name }, { dataset, workers: 1 });
    expect(runs[0]!.weights_sha256).toBe(trained.weightsSha256);

    using store = openStore(file);
    expect(store.rows('sweep_results', { sweep: 'rates' })).toHaveLength(2);
    const weights = await store.weights(runs[0]!.run_id);
    expect([...weights.values()].flatMap(({ values }) => [...values])).toEqual([...trained.weights]);
    expect((await store.model(runs[0]!.run_id)).classNames).toHaveLength(10);

    const again = await sweep(
      { ...GRID, grid: { 'learningRate.rate': [0.001, 0.01], seed: [3] } },
      { store: file, dataset, onRun: () => expect.unreachable('all is recorded') },
    );
    expect(again.runs.map(({ run_id }) => run_id)).toEqual([runs[1]!.run_id, runs[0]!.run_id]);
  });

  it('has a run stopped by a callback go on with the next sweep', async () => {
    const store = openStore(makeFile(), { readonly: false });
    afterAll(() => store.close());
    const options = { store, dataset, workers: 1, parallel: 1 };
    const stopped = await sweep(GRID, {
      ...options,
      onStep: ({ step }, { run, weights }) => {
        expect(weights().size).toBeGreaterThan(0);
        return run.index === 2 && step === 1 ? 'stop' : undefined;
      },
    });
    expect(stopped.runs.map(({ state, reason }) => [state, reason])).toEqual([
      ['done', null],
      ['interrupted', 'stopped by onStep in epoch 1, after step 1'],
    ]);
    expect(stopped.missing.map(({ learningRate }) => learningRate)).toMatchObject([{ rate: 0.001 }]);
    const whole = await sweep(GRID, options);
    expect(whole.missing).toEqual([]);
    expect(whole.runs.map(({ run_id }) => run_id)).toEqual(stopped.runs.map(({ run_id }) => run_id));
    const trained = await train(stopped.missing[0]!, { dataset, workers: 2 });
    expect(whole.runs[1]!.weights_sha256).toBe(trained.weightsSha256);
  });

  it.each(['onEpoch', 'onRun', 'onStep'] as const)('ends with what a callback throws: %s', async (name) => {
    const file = makeFile();
    const options = {
      store: file,
      dataset,
      parallel: 1,
      [name]: async () => {
        throw new Error('roar');
      },
    };
    await expect(sweep(GRID, options)).rejects.toThrow('roar');
    using store = openStore(file);
    const states = store.rows('all_runs').map(({ state }) => state);
    expect(states).toEqual([name === 'onRun' ? 'done' : 'interrupted']);
  });

  it('ends with its signal', async () => {
    const stop = new AbortController();
    const file = makeFile();
    const { runs, missing } = await sweep(GRID, {
      store: file,
      dataset,
      parallel: 1,
      signal: stop.signal,
      onEpoch: () => stop.abort(),
    });
    expect(runs.map(({ state }) => state)).toEqual(['interrupted']);
    expect(missing).toHaveLength(2);
  });

  it('goes on behind a run that fails', async () => {
    const plugins = [makePlugin(LION.replace('const direction', 'null.roar; const direction'))];
    const told: unknown[] = [];
    const { runs, missing } = await sweep(
      {
        name: 'faults',
        base: { ...GRID.base, epochs: 1 },
        points: [{ optimizer: 'lion' }, { optimizer: 'adam' }],
      },
      { store: makeFile(), dataset, plugins, parallel: 1, onRun: (_row, _run, result) => told.push(result) },
    );
    expect(runs.map(({ state }) => state)).toEqual(['failed', 'done']);
    expect(runs[0]!.reason).toContain('roar');
    expect(missing).toMatchObject([{ optimizer: { kind: 'lion' } }]);
    expect(told).toEqual([null, expect.objectContaining({ state: 'done' })]);
  });

  it('does not write where it was said that nothing is', async () => {
    const file = makeFile();
    openStore(file, { readonly: false }).close();
    using store = openStore(file);
    await expect(sweep(GRID, { store, dataset })).rejects.toThrow('open for writing, found');
  });

  it.each<[unknown, unknown, string]>([
    [{ base: {} }, { store: 'x.db' }, "grid: field 'name': expected string"],
    [GRID, {}, "sweep: options: field 'store': expected a file, or what openStore has opened for writing"],
    [
      GRID,
      { store: 'x.db', onrun: () => {} },
      "sweep: options: unknown field 'onrun'. Did you mean 'onRun'?",
    ],
    [GRID, { store: 'x.db', checkpoints: { folder: 'x' } }, "unknown field 'folder' in 'checkpoints'"],
    [{ ...GRID, grids: {} }, { store: 'x.db' }, "unknown field 'grids'"],
  ])('refuses what is wrong: %j, %j', async (grid, options, message) => {
    const refused = sweep(grid as SweepGrid, options as never);
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(message);
  });
});
