import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/experiment/environment.js';
import { listRuns, readLatestRuns, readLiveRuns } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { trimSpec } from '../../src/run/spec.js';
import { makeFolder, makeMetrics, makeResult, openStore, planGrid } from './fake-runs.js';

const SWEEP = { name: 'test', title: null };

async function queueTwo(store: Store): Promise<number[]> {
  const points = await planGrid({ base: { model: 'BN' }, grid: { seed: [0, 1] } });
  return store.queueRuns(
    SWEEP,
    points.map((point) => point.identity),
    points,
  ) as number[];
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
  it('goes from queued to running to done and keeps all that it told', async () => {
    const store = openStore();
    const points = await planGrid({ base: { model: 'SK', width: 0.2, seed: 7, epochs: 2 } });
    const [runId] = store.queueRuns(SWEEP, [points[0]!.identity], points) as [number];
    expect(listRuns(store.db)).toMatchObject([
      { runId, state: 'queued', label: 'SK-0.2', seed: 7, epochs: 0 },
    ]);
    store.startRun(runId, readEnvironment(), 2);
    expect(listRuns(store.db)[0]?.state).toBe('running');
    const metrics = [makeMetrics(1, 9), makeMetrics(2, 8.5)];
    for (const epoch of metrics) store.addEpoch(runId, epoch);
    const result = makeResult(points[0]!.spec, { epochs: metrics });
    store.finishRun(runId, { result });

    const run = readWholeRun(store.db, runId);
    expect(run).toMatchObject({
      state: 'done',
      reason: null,
      workers: 2,
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
    const [runId] = (await queueTwo(store)) as [number];
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
    const [runId] = store.queueRuns(SWEEP, [points[0]!.identity], points) as [number];
    store.startRun(runId, readEnvironment(), 1);
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

describe('an identity', () => {
  it.each(['queued', 'running', 'done', 'diverged'] as const)(
    'that is %s cannot be queued again',
    async (state) => {
      const store = openStore();
      const points = await planGrid({ base: { model: 'BN' } });
      const queue = () => store.queueRuns(SWEEP, [points[0]!.identity], points)[0];
      const runId = queue() as number;
      if (state !== 'queued') store.startRun(runId, readEnvironment(), 1);
      if (state === 'done' || state === 'diverged') {
        store.finishRun(runId, { result: makeResult(points[0]!.spec, { state }) });
      }
      expect(queue()).toBeNull();
      expect(() =>
        store.db
          .prepare(
            `INSERT INTO runs (sweep_id, identity, dataset_sha256, spec, label, seed, state, process_id, environment, queued_at)
             SELECT sweep_id, identity, dataset_sha256, spec, label, seed, 'running', process_id, environment, queued_at
             FROM runs`,
          )
          .run(),
      ).toThrow('UNIQUE constraint failed');
    },
  );

  it.each(['failed', 'interrupted'] as const)(
    'that %s is queued again, and its old run stays',
    async (state) => {
      const store = openStore();
      const points = await planGrid({ base: { model: 'BN' } });
      const queue = () => store.queueRuns(SWEEP, [points[0]!.identity], points)[0];
      const first = queue() as number;
      store.startRun(first, readEnvironment(), 1);
      store.finishRun(first, { state, reason: 'a worker died' });
      const second = queue();
      expect(second).toBeGreaterThan(first);
      expect(listRuns(store.db).map((run) => run.state)).toEqual([state, 'queued']);
      expect(readLatestRuns(store.db, [points[0]!.identity]).get(points[0]!.identity)?.runId).toBe(second);
    },
  );
});

describe('runs that a process left behind', () => {
  const seenAt = new Date().toISOString();

  it('are freed: what was running becomes interrupted, what was queued goes', async () => {
    const store = openStore();
    const [running] = (await queueTwo(store)) as [number];
    store.startRun(running, readEnvironment(), 1);
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
    await queueTwo(store);
    giveTo(store, { host: hostname(), pid: process.pid, startMarker: 'an earlier process', seenAt });
    store.recoverDead();
    expect(listRuns(store.db)).toEqual([]);
  });

  it('stay if the process lives', async () => {
    const store = openStore();
    await queueTwo(store);
    expect(store.recoverDead()).toBe(0);
    expect(listRuns(store.db)).toHaveLength(2);
    expect([...readLiveRuns(store.db).values()]).toMatchObject([{ pid: process.pid }, { pid: process.pid }]);
  });

  it.each([
    ['stay', 60_000, 2],
    ['go', 3_600_000, 0],
  ])('on another host %s if it was seen %d ms ago', async (_, silenceMs, left) => {
    const store = openStore();
    await queueTwo(store);
    const longAgo = new Date(Date.now() - silenceMs).toISOString();
    giveTo(store, { host: 'elsewhere', pid: process.pid, startMarker: 'x', seenAt: longAgo });
    store.recoverDead();
    expect(listRuns(store.db)).toHaveLength(left);
  });
});

describe('a sweep', () => {
  it('consists of the points that it had when it was last asked for', async () => {
    const store = openStore();
    const readPoints = () =>
      store.db.prepare('SELECT identity FROM sweep_points ORDER BY position').pluck().all();
    store.queueRuns(SWEEP, ['a', 'b'], []);
    expect(readPoints()).toEqual(['a', 'b']);
    store.queueRuns(SWEEP, ['c'], []);
    expect(readPoints()).toEqual(['c']);
  });
});

describe('a full disk', () => {
  it('is a UserError and loses nothing that was recorded', async () => {
    const file = join(makeFolder(), 'full.db');
    const store = openStore(file);
    const [runId] = (await queueTwo(store)) as [number];
    store.startRun(runId, readEnvironment(), 1);
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
