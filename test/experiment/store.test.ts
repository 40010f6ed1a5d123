import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openDatabaseReadOnly } from '../../src/experiment/database.js';
import { readEnvironment } from '../../src/experiment/environment.js';
import { findOwnersFolder, listFreeLocks } from '../../src/experiment/owner-lock.js';
import { listRuns, readLiveRuns } from '../../src/experiment/run-records.js';
import { Store } from '../../src/experiment/store.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { NUMERICS } from '../../src/run/numerics.js';
import { trimSpec } from '../../src/run/spec.js';
import {
  claimRuns,
  claimTwo,
  giveToParent,
  makeFolder,
  makeMetrics,
  makeResult,
  openStore,
  planGrid,
} from './fake-runs.js';

describe('a run', () => {
  it('goes from running to done and keeps all that it told', async () => {
    const store = openStore();
    const points = await planGrid({ base: { model: 'SK', width: 0.2, seed: 7, epochs: 2 } });
    const sweepId = store.recordSweep({ name: 'test', title: null }, points);
    const claim = store.claimRun({
      sweepId,
      point: points[0]!,
      environment: readEnvironment(),
      workers: 2,
      numerics: 'any',
    });
    const { runId } = claim as { runId: number };
    expect(listRuns(store.db)).toMatchObject([
      { runId, state: 'running', label: 'SK-0.2', seed: 7, epochs: 0 },
    ]);
    const metrics = [makeMetrics(1, 9), makeMetrics(2, 8.5)];
    for (const epoch of metrics) store.addEpoch(runId, epoch);
    const result = makeResult(points[0]!.spec, { epochs: metrics });
    store.finishRun(runId, { result });

    const run = readWholeRun(store.db, runId);
    expect(run).toMatchObject({
      state: 'done',
      reason: null,
      workers: 2,
      numerics: NUMERICS,
      parameters: result.parameterCount,
      weightsSha256: result.weightsSha256,
      seconds: 1.5,
      identity: points[0]!.identity,
      confusion: result.confusion,
      predictions: 8,
      environment: { kernels: 'fake', node: process.version },
    });
    expect(run.spec).toEqual(trimSpec(points[0]!.spec));
    expect(run.epochs).toEqual(metrics.map((epoch) => ({ ...epoch, testRmse: null, testR2: null })));
    expect(run.finishedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('on targets keeps RMSE and R², and has no errors in percent', async () => {
    const store = openStore();
    const [runId] = (await claimTwo(store)) as [number];
    const classes = { trainErrorPercent: null, testErrorPercent: null, testTop5ErrorPercent: null };
    const epochs = [
      { ...makeMetrics(1, 0), ...classes, testRmse: 0.25, testR2: 0.9 },
      { ...makeMetrics(2, 0), ...classes, testRmse: 0.5, testR2: 0.8 },
    ];
    for (const epoch of epochs) store.addEpoch(runId, epoch);
    const augmentedTest = {
      testLoss: 1,
      testErrorPercent: null,
      testTop5ErrorPercent: null,
      testRmse: 0.375,
      testR2: 0.85,
    };
    const { spec } = (await planGrid({ base: { model: 'BN' } }))[0]!;
    const predicted = makeResult(spec).predicted.slice(0, 0);
    const result = makeResult(spec, { epochs, augmentedTest, confusion: [], predicted });
    store.finishRun(runId, { result });
    expect(readWholeRun(store.db, runId)).toMatchObject({ epochs, confusion: [], augmentedTestR2: 0.85 });
    expect(listRuns(store.db)).toMatchObject([
      { testErrorPercent: null, testRmse: 0.375, bestTestRmse: 0.25, testR2: 0.85 },
      { testRmse: null },
    ]);
    const read = (sql: string) => store.db.prepare(sql).all();
    expect(read('SELECT test_error_percent, test_rmse, test_r2 FROM results')).toEqual([
      { test_error_percent: null, test_rmse: 0.375, test_r2: 0.85 },
    ]);
    expect(read('SELECT n, mean_error_percent, mean_rmse, mean_r2 FROM error_by_group')).toEqual([
      { n: 1, mean_error_percent: null, mean_rmse: 0.375, mean_r2: 0.85 },
    ]);
    expect(read('SELECT epoch, test_rmse, test_r2 FROM learning_curves')).toEqual([
      { epoch: 1, test_rmse: 0.25, test_r2: 0.9 },
      { epoch: 2, test_rmse: 0.5, test_r2: 0.8 },
    ]);
  });

  it('stores NaN as NULL and keeps infinities', async () => {
    const store = openStore();
    const [runId] = (await claimTwo(store)) as [number];
    store.addEpoch(runId, {
      ...makeMetrics(1, 50),
      trainLoss: Number.NaN,
      testLoss: Number.POSITIVE_INFINITY,
    });
    const row = store.db.prepare('SELECT train_loss, test_loss FROM epochs').get();
    expect(row).toEqual({ train_loss: null, test_loss: Number.POSITIVE_INFINITY });
  });

  it.each(['diverged', 'interrupted'] as const)('that %s keeps the epochs it completed', async (state) => {
    const store = openStore();
    const points = await planGrid({ base: { model: 'BN' } });
    const [runId] = claimRuns(store, 'test', points) as [number];
    store.addEpoch(runId, makeMetrics(1, 9));
    store.finishRun(runId, {
      result: makeResult(points[0]!.spec, { state, reason: 'loss is NaN in epoch 2, step 3' }),
    });
    expect(listRuns(store.db)).toMatchObject([
      { state, epochs: 1, reason: 'loss is NaN in epoch 2, step 3' },
    ]);
    expect(readLiveRuns(store.db).size).toBe(state === 'diverged' ? 1 : 0);
  });
});

describe('a run that is no longer this process’s', () => {
  it('takes nothing up any more', async () => {
    const store = openStore();
    const [runId] = (await claimTwo(store)) as [number];
    expect(store.addEpoch(runId, makeMetrics(1, 9))).toBe(true);
    store.releaseAll('its process ended');
    expect(store.addEpoch(runId, makeMetrics(2, 9))).toBe(false);
    const points = await planGrid({ base: { model: 'BN' } });
    expect(store.finishRun(runId, { result: makeResult(points[0]!.spec) })).toBe(false);
    expect(listRuns(store.db)[0]).toMatchObject({ state: 'interrupted', epochs: 1, weightsSha256: null });
  });
});

describe('an identity', () => {
  it.each(['running', 'done', 'diverged'] as const)('that is %s cannot be claimed again', async (state) => {
    const store = openStore();
    const points = await planGrid({ base: { model: 'BN' } });
    const claim = () => claimRuns(store, 'test', points)[0];
    const runId = claim() as number;
    if (state === 'done' || state === 'diverged') {
      store.finishRun(runId, { result: makeResult(points[0]!.spec, { state }) });
    }
    expect(claim()).toBeNull();
    expect(() =>
      store.db
        .prepare(
          `INSERT INTO runs (sweep_id, identity, numerics, dataset_sha256, spec, label, seed, state, process_id, environment, queued_at)
             SELECT sweep_id, identity, numerics, dataset_sha256, spec, label, seed, 'running', process_id, environment, queued_at
             FROM runs`,
        )
        .run(),
    ).toThrow('UNIQUE constraint failed');
  });

  it.each(['failed', 'interrupted'] as const)(
    'that %s is claimed again: its run is taken up',
    async (state) => {
      const store = openStore();
      const points = await planGrid({ base: { model: 'BN' } });
      const claim = () => claimRuns(store, 'test', points)[0];
      const first = claim() as number;
      store.addEpoch(first, makeMetrics(1, 9));
      store.finishRun(first, { state, reason: 'a worker died' });
      expect(claim()).toBe(first);
      expect(listRuns(store.db)).toMatchObject([{ runId: first, state: 'running', reason: null, epochs: 1 }]);
      expect(claim(), 'now it is under way').toBeNull();
    },
  );
});

describe('a run that is taken up', () => {
  const startedAt = '2001-01-01T00:00:00.000Z';

  /** A run of two epochs which has ended, with all that it told, and which this process has claimed again. */
  async function takeUp() {
    const store = openStore();
    const points = await planGrid({ base: { model: 'BN', epochs: 3 } });
    const claim = (sweep: string) => claimRuns(store, sweep, points)[0] as number;
    const runId = claim('first');
    const epochs = [makeMetrics(1, 9), makeMetrics(2, 8)];
    for (const metrics of epochs) store.addEpoch(runId, metrics);
    store.finishRun(runId, { result: makeResult(points[0]!.spec, { state: 'interrupted', epochs }) });
    store.db.prepare('UPDATE runs SET started_at = ?').run(startedAt);
    expect(claim('second')).toBe(runId);
    return { store, runId, spec: points[0]!.spec };
  }

  it('tells nothing any more of its end, until it has another', async () => {
    const { store, runId, spec } = await takeUp();
    expect(readWholeRun(store.db, runId)).toMatchObject({
      state: 'running',
      sweep: 'second',
      reason: null,
      finishedAt: null,
      seconds: null,
      weightsSha256: null,
      parameters: null,
    });
    const result = makeResult(spec, { seconds: 9 });
    expect(store.finishRun(runId, { result })).toBe(true);
    expect(readWholeRun(store.db, runId)).toMatchObject({
      state: 'done',
      seconds: 9,
      confusion: result.confusion,
      predictions: 8,
    });
  });

  it('goes on after the epochs that its checkpoint has, whatever the record has', async () => {
    const { store, runId } = await takeUp();
    expect(store.resumeRun(runId, [makeMetrics(1, 9)])).toBe(true);
    expect(readWholeRun(store.db, runId)).toMatchObject({
      startedAt,
      confusion: [],
      predictions: 0,
      epochs: [{ epoch: 1 }],
    });
    expect(store.addEpoch(runId, makeMetrics(2, 7))).toBe(true);
    expect(listRuns(store.db)).toMatchObject([{ epochs: 2, testErrorPercent: 7 }]);
  });

  it('begins anew without one: its epochs go, and it started now', async () => {
    const { store, runId } = await takeUp();
    expect(store.restartRun(runId)).toBe(true);
    expect(readWholeRun(store.db, runId)).toMatchObject({ epochs: [], confusion: [], predictions: 0 });
    expect(readWholeRun(store.db, runId).startedAt! > startedAt).toBe(true);
  });

  it('is left as it is by a process whose run it is no longer', async () => {
    const { store, runId } = await takeUp();
    giveToParent(store, runId);
    expect(store.resumeRun(runId, [])).toBe(false);
    expect(store.restartRun(runId)).toBe(false);
    expect(store.addEpoch(runId, makeMetrics(3, 1))).toBe(false);
    expect(store.finishRun(runId, { state: 'failed', reason: 'no' })).toBe(false);
    expect(readWholeRun(store.db, runId)).toMatchObject({ state: 'running', startedAt, reason: null });
    expect(readWholeRun(store.db, runId).epochs).toHaveLength(2);
  });

  it('is the newest one of this numerics version', async () => {
    const { store, runId } = await takeUp();
    store.releaseAll('stopped');
    const points = await planGrid({ base: { model: 'BN', epochs: 3 } });
    store.db.prepare('UPDATE runs SET numerics = numerics - 1').run();
    const newer = claimRuns(store, 'first', points)[0]!;
    expect(newer).toBeGreaterThan(runId);
    expect(listRuns(store.db).map(({ state }) => state)).toEqual(['interrupted', 'running']);
  });
});

describe('a store', () => {
  it('holds a lock beside the database until it is closed', async () => {
    const file = join(makeFolder(), 'experiments.db');
    const store = Store.open(file);
    expect(readdirSync(findOwnersFolder(file))).toHaveLength(1);
    store.close();
    expect(existsSync(findOwnersFolder(file))).toBe(false);
  });

  it('whose runs could not be freed at its end leaves a lock that nobody holds, so that they are known to be left', async () => {
    const file = join(makeFolder(), 'experiments.db');
    const store = Store.open(file);
    await claimTwo(store);
    store.close();
    expect(listFreeLocks(file)).toHaveLength(1);
    const next = openStore(file);
    expect(readLiveRuns(next.db).size).toBe(0);
    expect(next.recoverDead()).toBe(2);
    expect(listFreeLocks(file)).toEqual([]);
    expect(readdirSync(findOwnersFolder(file))).toHaveLength(1);
  });

  it('of a process that shares host, pid and beginning with another is kept apart from it', async () => {
    const file = join(makeFolder(), 'experiments.db');
    const [one, other] = [openStore(file), openStore(file)];
    await claimTwo(one);
    const points = await planGrid({ base: { model: 'BN' }, grid: { seed: [0, 1] } });
    expect(claimRuns(other, 'test', points)).toEqual([null, null]);
    expect(other.addEpoch(1, makeMetrics(1, 9))).toBe(false);
    one.close();
    expect(claimRuns(other, 'test', points)).toEqual([1, 2]);
  });
});

describe('a sweep', () => {
  it('consists of the points that it had when it was last asked for', async () => {
    const store = openStore();
    const readPoints = () =>
      store.db.prepare('SELECT identity FROM sweep_points ORDER BY position').pluck().all();
    const points = await planGrid({ base: { model: 'BN' }, grid: { seed: [0, 1, 2] } });
    const [a, b, c] = points.map(({ identity }) => identity);
    const sweep = { name: 'test', title: null };
    store.recordSweep(sweep, points.slice(0, 2));
    expect(readPoints()).toEqual([a, b]);
    store.recordSweep(sweep, points.slice(2));
    expect(readPoints()).toEqual([c]);
    store.recordSweep({ ...sweep, grows: true }, points);
    expect(readPoints()).toEqual([c, a, b]);
  });
});

describe('a full disk', () => {
  it('is a UserError and loses nothing that was recorded', async () => {
    const file = join(makeFolder(), 'full.db');
    const store = openStore(file);
    const [runId] = (await claimTwo(store)) as [number];
    const pages = store.db.pragma('page_count', { simple: true }) as number;
    store.db.pragma(`max_page_count = ${pages}`);
    let recorded = 0;
    const fill = () => {
      for (let epoch = 1; epoch < 10_000; epoch++) {
        store.addEpoch(runId, makeMetrics(epoch, 9));
        recorded = epoch;
      }
    };
    expect(fill).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringContaining('the disk is full') }),
    );
    const other = new Database(file, { readonly: true });
    expect(other.prepare('SELECT count(*) FROM epochs').pluck().get()).toBe(recorded);
    other.close();
  });
});

it('leaves all in the file as it closes, though somebody still reads it', () => {
  const store = openStore();
  const { name } = store.db;
  const [idle, busy] = [openDatabaseReadOnly(name), openDatabaseReadOnly(name)];
  const readAll = 'SELECT count(*) FROM processes';
  idle.prepare(readAll).get();
  store.close();
  expect(statSync(`${name}-wal`).size).toBe(0);
  const other = Store.open(name);
  busy.exec('BEGIN');
  busy.prepare(readAll).get();
  other.recordSweep({ name: 'later', title: null }, []);
  const startMs = performance.now();
  other.close();
  expect(performance.now() - startMs, 'nobody is waited for').toBeLessThan(5_000);
  expect(idle.prepare('SELECT name FROM sweeps').pluck().all()).toEqual(['later']);
  idle.close();
  busy.close();
});
