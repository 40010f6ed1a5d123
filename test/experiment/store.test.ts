import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/experiment/environment.js';
import { listRuns, readLatestRuns, readLiveRuns } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { NUMERICS } from '../../src/run/numerics.js';
import { trimSpec } from '../../src/run/spec.js';
import { claimRuns, makeFolder, makeMetrics, makeResult, openStore, planGrid } from './fake-runs.js';

async function claimTwo(store: Store): Promise<number[]> {
  const points = await planGrid({ base: { model: 'BN' }, grid: { seed: [0, 1] } });
  return claimRuns(store, 'test', points) as number[];
}

/** Gives the runs under way to another process. */
function giveTo(
  store: Store,
  process: { host: string; pid: number; startMarker: string; seenAt: string },
): void {
  store.db
    .prepare(`UPDATE processes SET host = @host, pid = @pid, start_marker = @startMarker, seen_at = @seenAt`)
    .run(process);
}

function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

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
    expect(run.epochs).toEqual(metrics);
    expect(run.finishedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
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
    store.releaseRuns([runId], 'its process ended');
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
    'that %s is claimed again, and its old run stays',
    async (state) => {
      const store = openStore();
      const points = await planGrid({ base: { model: 'BN' } });
      const claim = () => claimRuns(store, 'test', points)[0];
      const first = claim() as number;
      store.finishRun(first, { state, reason: 'a worker died' });
      const second = claim();
      expect(second).toBeGreaterThan(first);
      expect(listRuns(store.db).map((run) => run.state)).toEqual([state, 'running']);
      expect(readLatestRuns(store.db, [points[0]!.identity]).get(points[0]!.identity)?.runId).toBe(second);
    },
  );
});

describe('runs that a process left behind', () => {
  const seenAt = new Date().toISOString();

  it('are freed: what was running becomes interrupted, what an older version has queued goes', async () => {
    const store = openStore();
    const [running, queued] = (await claimTwo(store)) as [number, number];
    store.db.prepare("UPDATE runs SET state = 'queued' WHERE run_id = ?").run(queued);
    store.addEpoch(running, makeMetrics(1, 9));
    giveTo(store, { host: hostname(), pid: endedPid(), startMarker: 'then', seenAt });
    expect(readLiveRuns(store.db).size).toBe(0);
    expect(store.recoverDead()).toBe(1);
    expect(listRuns(store.db)).toMatchObject([
      { runId: running, state: 'interrupted', reason: 'its process ended', epochs: 1 },
    ]);
  });

  it('are told from those of a living process with the same pid by its beginning', async () => {
    const store = openStore();
    await claimTwo(store);
    giveTo(store, { host: hostname(), pid: process.pid, startMarker: 'an earlier process', seenAt });
    expect(store.recoverDead()).toBe(2);
    expect(listRuns(store.db).map(({ state }) => state)).toEqual(['interrupted', 'interrupted']);
  });

  it('are freed by who claims them, and by nobody who lives', async () => {
    const store = openStore();
    const [first] = (await claimTwo(store)) as [number];
    const again = async () => claimRuns(store, 'test', await planGrid({ base: { model: 'BN' } }));
    expect(await again()).toEqual([null]);
    giveTo(store, { host: hostname(), pid: endedPid(), startMarker: 'then', seenAt });
    expect(await again()).toEqual([3]);
    expect(listRuns(store.db).map(({ runId, state }) => [runId, state])).toEqual([
      [first, 'interrupted'],
      [2, 'running'],
      [3, 'running'],
    ]);
  });

  it('stay if the process lives', async () => {
    const store = openStore();
    await claimTwo(store);
    expect(store.recoverDead()).toBe(0);
    expect(listRuns(store.db)).toHaveLength(2);
    expect([...readLiveRuns(store.db).values()]).toMatchObject([{ pid: process.pid }, { pid: process.pid }]);
  });

  it.each([
    ['stay', 60_000, 0],
    ['are freed', 3_600_000, 2],
  ])('on another host %s if it was seen %d ms ago', async (_, silenceMs, freed) => {
    const store = openStore();
    await claimTwo(store);
    const longAgo = new Date(Date.now() - silenceMs).toISOString();
    giveTo(store, { host: 'elsewhere', pid: process.pid, startMarker: 'x', seenAt: longAgo });
    expect(store.recoverDead()).toBe(freed);
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
