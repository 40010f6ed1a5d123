import { describe, expect, it } from 'vitest';
import { UnableToTrain } from '../../src/experiment/executor.js';
import { findSeeds, findSweep } from '../../src/experiment/find-runs.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { listRuns, readLatestRuns } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import type { SweepObserver } from '../../src/experiment/sweep.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { NUMERICS } from '../../src/run/numerics.js';
import {
  makeExecutor,
  makeMetrics,
  makeResult,
  openStore,
  planGrid,
  type RunOne,
  runFake,
} from './fake-runs.js';
import { run, states, threeSeeds } from './fake-sweep.js';

describe('a sweep', () => {
  it.each([1, 2, 5])('records every point, %d at a time', async (parallel) => {
    const store = openStore();
    expect(await run(store, threeSeeds, { parallel })).toEqual({ done: 3 });
    expect(listRuns(store.db)).toMatchObject([
      { state: 'done', seed: 0, epochs: 2, testErrorPercent: 8 },
      { state: 'done', seed: 1, epochs: 2, testErrorPercent: 9 },
      { state: 'done', seed: 2, epochs: 2, testErrorPercent: 10 },
    ]);
  });

  it('runs no more than `parallel` side by side', async () => {
    let [running, most] = [0, 0];
    const runOne: RunOne = async (spec, options) => {
      most = Math.max(most, ++running);
      const result = await runFake(spec, options);
      running--;
      return result;
    };
    await run(
      openStore(),
      { base: { model: 'BN' }, grid: { seed: [0, 1, 2, 3, 4] } },
      { runOne, parallel: 2 },
    );
    expect(most).toBe(2);
  });

  it('runs only what is missing, also where another sweep recorded it', async () => {
    const store = openStore();
    await run(store, { base: { model: 'BN', epochs: 2 } }, { name: 'other' });
    expect(await run(store, threeSeeds)).toEqual({ done: 2 });
    expect(await run(store, threeSeeds)).toEqual({});
  });

  it('runs a point once that is written twice', async () => {
    const store = openStore();
    await run(store, { base: { model: 'BN', epochs: 1 }, points: [{}, { seed: 0 }, { momentum: 0.9 }] });
    expect(states(store)).toEqual(['done']);
  });

  it('goes on after a run that throws, and tries that one again next time', async () => {
    const store = openStore();
    const error = new Error('worker 0 died');
    const seen: unknown[] = [];
    const runOne: RunOne = (spec, options) =>
      spec.seed === 1 ? Promise.reject(error) : runFake(spec, options);
    const observer = { runEnded: (_run: unknown, _end: unknown, thrown?: unknown) => seen.push(thrown) };
    expect(await run(store, threeSeeds, { runOne, observer })).toEqual({ done: 2, failed: 1 });
    expect(seen).toEqual([undefined, error, undefined]);
    expect(listRuns(store.db)[1]).toMatchObject({ state: 'failed', reason: 'worker 0 died' });
    expect(await run(store, threeSeeds)).toEqual({ done: 1 });
    expect(states(store)).toEqual(['done', 'done', 'done']);
  });

  it('ends with the first failed run if it is to fail fast; what never began leaves no row', async () => {
    const store = openStore();
    const runOne: RunOne = () => Promise.reject(new Error('no'));
    expect(await run(store, threeSeeds, { runOne, failFast: true })).toEqual({ failed: 1 });
    expect(states(store)).toEqual(['failed']);
  });

  it('ends with an executor that can train nothing, and calls no run failed for it', async () => {
    const store = openStore();
    let asked = 0;
    const executor = {
      ...makeExecutor(),
      run: async () => {
        asked++;
        throw new UnableToTrain('trainer: expected a process that begins to train, found none.');
      },
    };
    await expect(run(store, threeSeeds, { executor })).rejects.toThrow(UnableToTrain);
    expect(asked).toBe(1);
    expect(listRuns(store.db)).toMatchObject([{ state: 'interrupted', reason: 'the sweep ended before it' }]);
  });

  it('does not run again what diverged', async () => {
    const store = openStore();
    const runOne: RunOne = async (spec) => makeResult(spec, { state: 'diverged', reason: 'epoch 1, step 3' });
    expect(await run(store, threeSeeds, { runOne })).toEqual({ diverged: 3 });
    expect(await run(store, threeSeeds)).toEqual({});
  });
});

describe('an interrupted sweep', () => {
  it('marks the runs in progress, keeps their epochs, and goes on where it was', async () => {
    const store = openStore();
    const controller = new AbortController();
    const observer = {
      epochEnded: (current: { index: number }) => {
        if (current.index === 2) controller.abort();
      },
    };
    expect(await run(store, threeSeeds, { observer, signal: controller.signal })).toEqual({
      done: 1,
      interrupted: 1,
    });
    expect(listRuns(store.db)).toMatchObject([
      { state: 'done' },
      { state: 'interrupted', reason: 'stopped', epochs: 1 },
    ]);
    expect(await run(store, threeSeeds)).toEqual({ done: 2 });
    expect(listRuns(store.db)).toMatchObject(Array(3).fill({ state: 'done', epochs: 2, reason: null }));
  });

  it('that was interrupted before it began runs nothing', async () => {
    const store = openStore();
    expect(await run(store, threeSeeds, { signal: AbortSignal.abort() })).toEqual({});
    expect(states(store)).toEqual([]);
  });
});

describe('a run that was begun before', () => {
  const oneRun = { base: { model: 'BN', epochs: 3 } };

  /** A run that is interrupted after two epochs. */
  async function interrupt(store: Store): Promise<void> {
    const controller = new AbortController();
    const observer: SweepObserver = {
      epochEnded: (_run, { epoch }) => {
        if (epoch === 2) controller.abort();
      },
    };
    await run(store, oneRun, { observer, signal: controller.signal });
    expect(listRuns(store.db)).toMatchObject([{ state: 'interrupted', epochs: 2 }]);
  }

  /** Goes on from a checkpoint after the first epoch. */
  const resume: RunOne = async (spec, { onResume, onEpoch }) => {
    const epochs = [makeMetrics(1, 50)];
    onResume?.({ epoch: 2, step: 3, epochs, rejected: ['state-8 is cut'] });
    for (const epoch of [2, 3]) {
      epochs.push(makeMetrics(epoch, 50 - epoch));
      onEpoch?.(epochs.at(-1)!);
    }
    return makeResult(spec, { epochs });
  };

  it('goes on in its row and its folder, with the epochs of its checkpoint', async () => {
    const store = openStore();
    await interrupt(store);
    const told: unknown[] = [];
    const observer: SweepObserver = {
      resumed: ({ runId }, resumption) => told.push([runId, resumption.epoch, resumption.rejected]),
    };
    const folders: unknown[] = [];
    const runOne: RunOne = (spec, options) => {
      folders.push(options.checkpoints);
      return resume(spec, options);
    };
    const checkpoints = { everySteps: 7 };
    expect(await run(store, oneRun, { runOne, observer, checkpoints })).toEqual({ done: 1 });
    expect(told).toEqual([[1, 2, ['state-8 is cut']]]);
    expect(folders).toEqual([{ everySteps: 7, folder: findRunFolder(store.db.name, 1) }]);
    expect(readWholeRun(store.db, 1)).toMatchObject({
      state: 'done',
      epochs: [{ testErrorPercent: 50 }, { testErrorPercent: 48 }, { testErrorPercent: 47 }],
    });
  });

  it('begins anew in its row if there is no checkpoint', async () => {
    const store = openStore();
    await interrupt(store);
    const seen: number[] = [];
    const observer: SweepObserver = { progressed: () => seen.push(listRuns(store.db)[0]!.epochs) };
    expect(await run(store, oneRun, { observer })).toEqual({ done: 1 });
    expect(seen).toEqual([0, 1, 2]);
    expect(listRuns(store.db)).toMatchObject([{ runId: 1, state: 'done', epochs: 3 }]);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('no')), 'failed'],
    ['is interrupted', async (spec) => makeResult(spec, { state: 'interrupted' }), 'interrupted'],
  ] satisfies [string, RunOne, string][])(
    'keeps its epochs if it %s before its first step',
    async (_, runOne, state) => {
      const store = openStore();
      await interrupt(store);
      await run(store, oneRun, { runOne });
      expect(listRuns(store.db)).toMatchObject([{ runId: 1, state, epochs: 2 }]);
    },
  );
});

describe('a run of an older numerics version', () => {
  const record = async (store: Store) => {
    await run(store, threeSeeds);
    store.db.prepare('UPDATE runs SET numerics = 0 WHERE seed < 2').run();
  };

  it('is recorded', async () => {
    const store = openStore();
    await record(store);
    expect(await run(store, threeSeeds)).toEqual({});
  });

  it('is run again if only the current one will do, and takes the place of the older', async () => {
    const store = openStore();
    await record(store);
    const points = await planGrid(threeSeeds);
    expect(await run(store, threeSeeds, { missing: points, numerics: 'current' })).toEqual({ done: 2 });
    const rows = store.db.prepare('SELECT run_id, seed, numerics FROM results ORDER BY seed').all();
    expect(rows).toEqual([
      { run_id: 4, seed: 0, numerics: NUMERICS },
      { run_id: 5, seed: 1, numerics: NUMERICS },
      { run_id: 3, seed: 2, numerics: NUMERICS },
    ]);
    expect(store.db.prepare('SELECT n FROM error_by_group').pluck().all()).toEqual([3]);
    expect(findSeeds(store.db, 3)).toEqual([4, 5, 3]);
    expect(findSweep(store.db, 'test').points.map((point) => point?.runId)).toEqual([4, 5, 3]);
  });

  it('still speaks for its identity if the newer run does not come to its end', async () => {
    const store = openStore();
    await record(store);
    const points = await planGrid(threeSeeds);
    const runOne: RunOne = () => Promise.reject(new Error('no'));
    expect(await run(store, threeSeeds, { missing: points, numerics: 'current', runOne })).toEqual({
      failed: 2,
    });
    expect(findSweep(store.db, 'test').points.map((point) => point?.runId)).toEqual([1, 2, 3]);
    const identities = points.map(({ identity }) => identity);
    expect([...readLatestRuns(store.db, identities).values()].map(({ state }) => state)).toEqual([
      'done',
      'done',
      'done',
    ]);
    expect(await run(store, threeSeeds)).toEqual({});
  });
});
