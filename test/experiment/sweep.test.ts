import { describe, expect, it } from 'vitest';
import { listRuns, readLiveRuns } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import { type RunOne, runSweep, type SweepOptions } from '../../src/experiment/sweep.js';
import { makeResult, openStore, planGrid, runFake } from './fake-runs.js';

async function run(
  store: Store,
  grid: object,
  changes: Partial<SweepOptions> = {},
): Promise<Record<string, number>> {
  const points = await planGrid(grid);
  const live = readLiveRuns(store.db);
  const ends = await runSweep({
    store,
    name: 'test',
    title: null,
    points,
    missing: points.filter((point) => !live.has(point.identity)),
    runOne: runFake,
    trainOptions: { workers: 1 },
    parallel: 1,
    ...changes,
  });
  return Object.fromEntries(ends);
}

const states = (store: Store) => listRuns(store.db).map((summary) => summary.state);
const threeSeeds = { base: { model: 'BN', epochs: 2 }, grid: { seed: [0, 1, 2] } };

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
    expect(states(store)).toEqual(['done', 'failed', 'done', 'done']);
  });

  it('ends with the first failed run if it is to fail fast; what never began leaves no row', async () => {
    const store = openStore();
    const runOne: RunOne = () => Promise.reject(new Error('no'));
    expect(await run(store, threeSeeds, { runOne, failFast: true })).toEqual({ failed: 1 });
    expect(states(store)).toEqual(['failed']);
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
    expect(states(store)).toEqual(['done', 'interrupted', 'done', 'done']);
  });

  it('that was interrupted before it began runs nothing', async () => {
    const store = openStore();
    expect(await run(store, threeSeeds, { signal: AbortSignal.abort() })).toEqual({});
    expect(states(store)).toEqual([]);
  });
});

describe('a point that another process claims meanwhile', () => {
  it('is left to it', async () => {
    const store = openStore();
    const points = await planGrid(threeSeeds);
    store.queueRuns({ name: 'other', title: null }, [], [points[1]!]);
    const skipped: number[] = [];
    const observer = { pointSkipped: (point: { position: number }) => skipped.push(point.position) };
    expect(await run(store, threeSeeds, { observer, missing: points })).toEqual({ done: 2 });
    expect(skipped).toEqual([2]);
    expect(states(store)).toEqual(['queued', 'done', 'done']);
  });
});

describe('a disk that fills up', () => {
  it('ends the sweep with one error, and nothing that was recorded is lost', async () => {
    const store = openStore();
    const grid = { base: { model: 'BN', epochs: 200 }, grid: { seed: [0, 1, 2] } };
    const countEpochs = () => store.db.prepare('SELECT count(*) FROM epochs').pluck().get() as number;
    let recorded = 0;
    const observer = {
      runStarted: () => {
        const pages = store.db.pragma('page_count', { simple: true }) as number;
        store.db.pragma(`max_page_count = ${pages}`);
      },
      epochEnded: () => {
        recorded = countEpochs();
      },
    };
    await expect(run(store, grid, { observer })).rejects.toThrow('the disk is full');
    expect(recorded).toBeGreaterThan(0);
    expect(countEpochs()).toBe(recorded);
    expect(states(store)).not.toContain('done');
  });
});
