import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  noteRun,
  purgeRuns,
  removeRuns,
  restoreRuns,
  tagRuns,
  untagRuns,
} from '../../src/experiment/curation.js';
import { selectEpochsForExport } from '../../src/experiment/export-rows.js';
import { findSweep } from '../../src/experiment/find-runs.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { listRuns, readLiveRuns } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import { runSweep } from '../../src/experiment/sweep.js';
import { claimRuns, makeExecutor, openStore, planGrid } from './fake-runs.js';

const GRID = { base: { model: 'SK', width: 0.2, epochs: 2 }, grid: { seed: [0, 1, 2] } };

async function recordThree(): Promise<Store> {
  const store = openStore();
  await runAgain(store);
  return store;
}

/** Runs what is missing of the grid. */
async function runAgain(store: Store): Promise<void> {
  const points = await planGrid(GRID);
  await runSweep({ store, name: 'three', title: null, points, missing: points, executor: makeExecutor() });
}

const idsOf = (store: Store, removed = false) => listRuns(store.db, { removed }).map(({ runId }) => runId);

describe('removing runs', () => {
  const VIEWS = [
    'all_runs',
    'results',
    'sweep_results',
    'seed_groups',
    'learning_curves',
    'test_predictions',
  ];

  it('takes them out of every view, of sweeps and of what is recorded', async () => {
    const store = await recordThree();
    const { identity } = listRuns(store.db)[0]!;
    removeRuns(store.db, [1]);
    for (const view of VIEWS) {
      const ids = store.db.prepare(`SELECT DISTINCT run_id FROM ${view} ORDER BY 1`).pluck().all();
      expect(ids, view).toEqual([2, 3]);
    }
    expect(store.db.prepare('SELECT n FROM error_by_group').pluck().all()).toEqual([2]);
    expect(findSweep(store.db, 'three').points.map((run) => run?.runId)).toEqual([undefined, 2, 3]);
    expect(readLiveRuns(store.db).has(identity)).toBe(false);
    expect([idsOf(store), idsOf(store, true)]).toEqual([[2, 3], [1]]);
  });

  it('leaves what was recorded of them, for who asks for removed runs', async () => {
    const store = await recordThree();
    const before = selectEpochsForExport(store.db, {});
    removeRuns(store.db, [1]);
    const after = selectEpochsForExport(store.db, { removed: true });
    expect(after).toEqual({ ...before, rows: before.rows.slice(0, 2) });
  });

  it('can be taken back', async () => {
    const store = await recordThree();
    const before = listRuns(store.db);
    removeRuns(store.db, [1, 3]);
    restoreRuns(store.db, [3, 1]);
    expect(listRuns(store.db)).toEqual(before);
  });

  it('has the next sweep run the points again, after which they cannot be restored', async () => {
    const store = await recordThree();
    removeRuns(store.db, [1, 2]);
    await runAgain(store);
    expect(idsOf(store)).toEqual([3, 4, 5]);
    expect(() => restoreRuns(store.db, [1])).toThrow('run 1: expected its place to be free, found run 4');
    removeRuns(store.db, [4]);
    expect(() => restoreRuns(store.db, [1, 4]), 'one takes the place of the other').toThrow('found run 1');
    expect(idsOf(store, true), 'all or none').toEqual([1, 2, 4]);
    restoreRuns(store.db, [1]);
    expect(idsOf(store)).toEqual([1, 3, 5]);
  });

  it('is refused for a run that is under way, and then none is removed', async () => {
    const store = await recordThree();
    const [runId] = claimRuns(store, 'other', await planGrid({ base: { model: 'BN' } }));
    expect(() => removeRuns(store.db, [1, runId!])).toThrow(`run ${runId}: expected a run that has ended`);
    expect(idsOf(store, true)).toEqual([]);
  });

  it('is final once they are purged, with all that was recorded and kept of them', async () => {
    const store = await recordThree();
    tagRuns(store.db, [1, 2], ['x']);
    for (const runId of [1, 2]) {
      mkdirSync(findRunFolder(store.db.name, runId), { recursive: true });
      writeFileSync(join(findRunFolder(store.db.name, runId), 'model.safetensors'), 'weights');
    }
    removeRuns(store.db, [1]);
    expect(await purgeRuns(store.db, [1, 2])).toEqual([1]);
    expect([idsOf(store), idsOf(store, true)], 'a run that is not removed stays').toEqual([[2, 3], []]);
    expect(existsSync(join(findRunFolder(store.db.name, 2), 'model.safetensors'))).toBe(true);
    for (const table of ['epochs', 'confusion', 'predictions', 'run_tags']) {
      expect(store.db.prepare(`SELECT count(*) FROM ${table} WHERE run_id = 1`).pluck().get(), table).toBe(0);
    }
    expect(existsSync(findRunFolder(store.db.name, 1))).toBe(false);
  });
});

describe('remarks', () => {
  it('are told in the views, and go as they came', async () => {
    const store = await recordThree();
    tagRuns(store.db, [1, 2], ['b', 'a']);
    tagRuns(store.db, [1], ['a']);
    noteRun(store.db, 2, 'too short');
    const read = () => listRuns(store.db).map(({ tags, note }) => [tags, note]);
    expect(read()).toEqual([
      ['a b', null],
      ['a b', 'too short'],
      [null, null],
    ]);
    expect(store.db.prepare('SELECT tags, note FROM results').raw().all()).toEqual(read());
    expect(listRuns(store.db, { tag: 'a' }).map(({ runId }) => runId)).toEqual([1, 2]);
    untagRuns(store.db, [1, 3], ['a']);
    noteRun(store.db, 2, null);
    expect(read()).toEqual([
      ['b', null],
      ['a b', null],
      [null, null],
    ]);
  });
});
