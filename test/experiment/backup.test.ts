import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database, { type Statement } from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { backUp } from '../../src/experiment/backup.js';
import { backUpModels } from '../../src/experiment/backup-models.js';
import { openDatabaseReadOnly } from '../../src/experiment/database.js';
import { openCopy } from '../../src/experiment/read-only-copy.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { listRuns, type RunSummary } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import { runSweep } from '../../src/experiment/sweep.js';
import { claimRuns, makeExecutor, makeFolder, openStore, planGrid } from './fake-runs.js';

async function record(): Promise<Store> {
  const store = openStore();
  const points = await planGrid({ base: { model: 'SK', width: 0.2, epochs: 2 }, grid: { seed: [0, 1] } });
  await runSweep({ store, name: 'two', title: null, points, missing: points, executor: makeExecutor() });
  claimRuns(store, 'other', await planGrid({ base: { model: 'BN' } }));
  return store;
}

function read(file: string): ReturnType<typeof listRuns> {
  const db = openDatabaseReadOnly(file);
  try {
    return listRuns(db);
  } finally {
    db.close();
  }
}

describe('a backup', () => {
  it('is a database of its own with all runs, in one file', async () => {
    const { db } = await record();
    const file = join(makeFolder(), 'new/folder/copy.db');
    expect(await backUp(db, file, false)).toMatchObject({ runs: 3, finished: 2 });
    const isFinished = ({ state }: RunSummary) => state === 'done';
    expect(read(file).filter(isFinished)).toEqual(listRuns(db).filter(isFinished));
    expect(readdirSync(dirname(file))).toEqual(['copy.db']);
  });

  it('leaves no run to a process that is not at it', async () => {
    const { db } = await record();
    const [queued] = await planGrid({ base: { model: 'BN', width: 0.2 } });
    db.prepare(
      `INSERT INTO runs (sweep_id, identity, numerics, dataset_sha256, spec, label, seed, state, process_id, environment, queued_at)
       SELECT sweep_id, ?, numerics, dataset_sha256, spec, label, seed, 'queued', process_id, environment, queued_at FROM runs
       WHERE state = 'running'`,
    ).run(queued!.identity);
    const file = join(makeFolder(), 'copy.db');
    expect(await backUp(db, file, false)).toMatchObject({ runs: 3, finished: 2 });
    expect(read(file)[2]).toEqual({
      ...listRuns(db)[2],
      state: 'interrupted',
      reason: 'under way when this copy was made',
    });
    expect(listRuns(db).map(({ state }) => state)).toEqual(['done', 'done', 'running', 'queued']);
    const copy = openStore(file);
    expect(claimRuns(copy, 'other', await planGrid({ base: { model: 'BN' } }))).toEqual([3]);
  });

  it('is whole without a run that has been purged just before', async () => {
    const { db } = await record();
    const file = join(makeFolder(), 'copy.db');
    const prepare = db.prepare.bind(db) as (source: string) => Statement;
    vi.spyOn(db, 'prepare').mockImplementation((source) => {
      if (source.startsWith('VACUUM')) db.exec('DELETE FROM runs WHERE run_id = 1');
      return prepare(source);
    });
    expect(await backUp(db, file, false)).toMatchObject({ runs: 2, finished: 1 });
  });

  it('is not kept without a run that the database has', async () => {
    const { db } = await record();
    const file = join(makeFolder(), 'copy.db');
    const prepare = db.prepare.bind(db) as (source: string) => Statement;
    const find = "SELECT run_id, weights_sha256 FROM runs WHERE state IN ('done', 'diverged')";
    const other = "SELECT run_id, 'other' FROM runs WHERE state IN ('done', 'diverged')";
    vi.spyOn(db, 'prepare').mockImplementation((source) => prepare(source === find ? other : source));
    await expect(backUp(db, file, false)).rejects.toThrow('run 1 is missing or differs');
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('takes the place of another file if it is told to, and only then', async () => {
    const { db } = await record();
    const file = join(makeFolder(), 'copy.db');
    writeFileSync(file, 'mine');
    await expect(backUp(db, file, false)).rejects.toThrow(`${file}: there is such a file already.`);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await backUp(db, file, true);
    expect(read(file)).toHaveLength(3);
    expect(readdirSync(dirname(file))).toEqual(['copy.db']);
  });

  it('is put where a link leads, and never in the place of a device', async () => {
    const { db } = await record();
    const [file, link] = [join(makeFolder(), 'copy.db'), join(makeFolder(), 'link.db')];
    writeFileSync(file, 'mine');
    symlinkSync(file, link);
    await backUp(db, link, true);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(read(file)).toHaveLength(3);
    await expect(backUp(db, '/dev/null', true)).rejects.toThrow('/dev/null: expected a');
  });

  it.each([true, false])('never replaces the database itself, nor one in use (force: %s)', async (force) => {
    const { db } = await record();
    await expect(backUp(db, db.name, force)).rejects.toThrow(
      'expected another file than the database itself',
    );
    const other = await record();
    await expect(backUp(db, other.db.name, force)).rejects.toThrow(
      'found the log of a database there (experiments.db-wal)',
    );
    expect(listRuns(other.db)).toHaveLength(3);
  });

  it('is not made of a damaged database', async () => {
    const { db } = await record();
    const source = join(makeFolder(), 'damaged.db');
    await backUp(db, source, false);
    const damaged = new Database(source);
    damaged.pragma('foreign_keys = OFF');
    damaged.exec('DELETE FROM sweeps');
    const file = join(makeFolder(), 'copy.db');
    await expect(backUp(damaged, file, false)).rejects.toThrow(
      `${file}: expected a whole copy, found damage in it (row 1 of runs has no row in sweeps), and kept nothing.`,
    );
    damaged.close();
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('takes models of finished runs along, to where they are looked for', async () => {
    const { db } = await record();
    const file = join(makeFolder(), 'copy.db');
    for (const runId of [1, 3]) {
      mkdirSync(findRunFolder(db.name, runId), { recursive: true });
      writeFileSync(join(findRunFolder(db.name, runId), 'model.safetensors'), `of ${runId}`);
      writeFileSync(join(findRunFolder(db.name, runId), 'model.safetensors.9.part'), 'half');
    }
    await backUp(db, file, false);
    expect(await backUpModels(db, file)).toBe(1);
    expect(readFileSync(join(findRunFolder(file, 1), 'model.safetensors'), 'utf8')).toBe('of 1');
    expect(readdirSync(findRunFolder(file, 1))).toEqual(['model.safetensors']);
    expect(existsSync(findRunFolder(file, 3)), 'a run under way').toBe(false);
  });
});

describe('a copy to read', () => {
  it('has what the log alone has, the name of the original, and leaves nothing behind', async () => {
    const { db } = await record();
    const copy = openCopy(db.name);
    expect(copy.name).toBe(db.name);
    expect(listRuns(copy)).toEqual(listRuns(db));
    expect(() => copy.exec('DELETE FROM epochs')).toThrow('readonly');
    expect(copy.pragma('database_list')).toMatchObject([{ file: expect.stringContaining('convoy-read-') }]);
    const [{ file }] = copy.pragma('database_list') as [{ file: string }];
    expect(existsSync(dirname(file))).toBe(false);
    copy.close();
    expect(copy.open).toBe(false);
  });
});
