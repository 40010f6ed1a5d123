import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { backUp } from '../../src/experiment/backup.js';
import type { Store } from '../../src/experiment/store.js';
import { runSweep } from '../../src/experiment/sweep.js';
import { makeExecutor, makeFolder, openStore, planGrid } from '../experiment/fake-runs.js';
import { makeOldDatabase } from '../experiment/old-database.js';
import { canMount, runOnNetwork, runReadOnly } from '../helpers/mounts.js';
import { countOf, IS_SOAK, reportFigure } from '../helpers/soak.js';

const script = (name: string) => join(findPackageRoot(), 'scripts', `${name}.js`);
const run = (name: string, ...args: string[]) =>
  spawnSync(process.execPath, [script(name), ...args], { encoding: 'utf8' });

/** More runs than are done while the test lasts, each of some tenths of a second. */
const GRID = {
  name: 'many',
  base: { model: 'SK', width: 0.2, trainCount: 200, testCount: 50, epochs: 10 },
  grid: { seed: Array.from({ length: countOf({ share: 200, whole: 4000 }) }, (_, seed) => seed) },
};

/** Everything recorded of some runs, as one text. */
function readRuns(file: string, runIds: readonly number[]): string {
  const db = new Database(file, { readonly: true });
  try {
    const read = (table: string) =>
      db
        .prepare(`SELECT * FROM ${table} WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY 1, 2`)
        .all(JSON.stringify(runIds));
    return JSON.stringify(['runs', 'epochs', 'confusion', 'predictions'].map(read));
  } finally {
    db.close();
  }
}

function readFinished(file: string): number[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare<[], number>("SELECT run_id FROM runs WHERE state = 'done' ORDER BY 1").pluck().all();
  } finally {
    db.close();
  }
}

/** Holds a copy against what its original had when the copy was begun. */
function expectWhole(copy: string, original: string, finished: readonly number[]): void {
  const db = new Database(copy, { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(db.pragma('foreign_key_check')).toEqual([]);
  db.close();
  expect(readFinished(copy)).toEqual(expect.arrayContaining([...finished]));
  expect(readRuns(copy, finished)).toBe(readRuns(original, finished));
}

describe('a backup during a sweep', () => {
  let folder: string;
  let db: string;
  let sweep: ChildProcess;
  let sweepClosed: Promise<unknown>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
    db = join(folder, 'experiments.db');
    writeFileSync(join(folder, 'grid.json'), JSON.stringify(GRID));
    const args = [script('sweep'), join(folder, 'grid.json'), '--db', db, '--parallel', '1'];
    sweep = spawn(process.execPath, args, { stdio: 'ignore' });
    sweepClosed = once(sweep, 'close');
    while (!existsSync(db) || readFinishedOnceMade(db) < 2) await sleep(50);
  });

  afterAll(async () => {
    sweep.kill('SIGKILL');
    await sweepClosed;
    rmSync(folder, { recursive: true });
  });

  const backups = countOf({ share: 3, whole: 200 });
  it(`opens, is whole and holds every run that was finished, ${backups} times`, async () => {
    const atFirst = readFinished(db).length;
    for (let i = 0; i < backups; i++) {
      await sleep(200 * Math.random());
      const copy = join(folder, `copy-${i}.db`);
      const finished = readFinished(db);
      const { status, stdout, stderr } = run('runs', 'backup', copy, '--db', db);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/copy-\d+\.db: [\d,]+ runs, \d+ of them finished, .*; checked\.\n/);
      expectWhole(copy, db, finished);
      rmSync(copy);
    }
    expect(sweep.exitCode, 'the sweep goes on').toBeNull();
    const meanwhile = readFinished(db).length - atFirst;
    expect(meanwhile, 'runs that were recorded while copies were made').toBeGreaterThan(0);
    reportFigure(
      14,
      `${backups} backups of ${backups} whole; ${meanwhile} runs were recorded while they were made`,
    );
  });

  const kills = countOf({ share: 2, whole: 50 });
  it(`that is killed leaves the file that was there, or a whole one, ${kills} times`, async () => {
    const copy = join(folder, 'latest.db');
    const finished = readFinished(db);
    expect(run('runs', 'backup', copy, '--db', db).status).toBe(0);
    let drafts = 0;
    for (let i = 0; i < kills; i++) {
      const backup = spawn(process.execPath, [script('runs'), 'backup', copy, '--force', '--db', db], {
        stdio: 'ignore',
      });
      // It may end before it is killed.
      const closed = once(backup, 'close');
      await sleep(200 + 400 * Math.random());
      backup.kill('SIGKILL');
      await closed;
      expectWhole(copy, db, finished);
      const left = readdirSync(folder).filter((name) => name.endsWith('.part'));
      drafts += left.length;
      for (const name of left) rmSync(join(folder, name));
    }
    reportFigure(
      14,
      `${kills} backups killed, ${drafts} of them while they wrote: the copy in place was whole each time`,
    );
  });
});

/** A database that its program is just making has no tables. */
function readFinishedOnceMade(file: string): number {
  try {
    return readFinished(file).length;
  } catch {
    return 0;
  }
}

/** A database with three finished runs, open until the test ends or it is closed. */
async function recordIn(folder: string): Promise<{ store: Store; db: string; close: () => void }> {
  const db = join(folder, 'experiments.db');
  const store = openStore(db);
  const points = await planGrid({
    base: { model: 'SK', width: 0.2, epochs: 2 },
    grid: { seed: [0, 1, 2] },
  });
  await runSweep({ store, name: 'three', title: null, points, missing: points, executor: makeExecutor() });
  return { store, db, close: () => store.close() };
}

/** Some of a database's files as they lie there while somebody writes to it. */
function snapshot(db: string, endings: readonly string[]): string {
  const copy = join(makeFolder(), 'snapshot.db');
  for (const ending of endings) copyFileSync(db + ending, copy + ending);
  return copy;
}

const mountable = canMount();
const leftOut = mountable ? '' : ' (left out: this system does not let this user mount)';

describe.skipIf(!mountable)(`a database on a read-only medium${leftOut}`, () => {
  /** How a database may lie there: each gives its file. */
  const STATES: readonly (readonly [string, () => Promise<string> | string])[] = [
    [
      'closed',
      async () => {
        const { db, close } = await recordIn(makeFolder());
        close();
        return db;
      },
    ],
    ['being written to', async () => (await recordIn(makeFolder())).db],
    [
      'left by a process that was killed',
      async () => snapshot((await recordIn(makeFolder())).db, ['', '-wal', '-shm']),
    ],
    ['with its log alone', async () => snapshot((await recordIn(makeFolder())).db, ['', '-wal'])],
    [
      'copied by backup',
      async () => {
        const file = join(makeFolder(), 'copy.db');
        await backUp((await recordIn(makeFolder())).store.db, file, false);
        return file;
      },
    ],
    ['of the first version', () => makeOldDatabase(1)],
  ];

  it.each(STATES)('is read: %s', async (_, prepare) => {
    const db = await prepare();
    const before = readdirSync(dirname(db));
    const args = [script('runs'), 'ls', '--json', '--db', db];
    const { status, stdout, stderr } = runReadOnly(dirname(db), [process.execPath, ...args]);
    expect([status, stderr]).toEqual([0, '']);
    const states = JSON.parse(stdout).map(({ state }: { state: string }) => state);
    expect(states).toEqual(Array(db.endsWith('old.db') ? 1 : 3).fill('done'));
    expect(readdirSync(dirname(db))).toEqual(before);
  });

  const COMMANDS: readonly (readonly [string, (place: string) => string[], string])[] = [
    [
      'report',
      (place) => ['three', '--out', join(place, 'page.html')],
      'Sweep three: 3 of 3 runs finished\n',
    ],
    ['sweep', () => ['first-look', '--dry-run'], '8 of 8 to run.'],
    ['runs', (place) => ['backup', join(place, 'copy.db')], 'copy.db: 3 runs, 3 of them finished'],
  ];

  it.each(IS_SOAK ? COMMANDS : COMMANDS.slice(0, 1))(
    'is read by %s',
    async (name, makeArguments, expected) => {
      const { db, close } = await recordIn(makeFolder());
      close();
      const args = [script(name), ...makeArguments(makeFolder()), '--db', db];
      const { status, stdout, stderr } = runReadOnly(dirname(db), [process.execPath, ...args]);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toContain(expected);
    },
  );

  it('is changed by nothing, which is one line and exit code 2', async () => {
    const { db, close } = await recordIn(makeFolder());
    close();
    const args = [script('runs'), 'rm', '1', '--db', db];
    const { status, stdout, stderr } = runReadOnly(dirname(db), [process.execPath, ...args]);
    expect([status, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
  });
});

describe.skipIf(!mountable)(`a database on a network disk${leftOut}`, () => {
  it('is read, and refused for writing with advice', async () => {
    const { db } = await recordIn(makeFolder());
    const runThere = (name: string, ...args: string[]) =>
      runOnNetwork(dirname(db), [process.execPath, script(name), ...args, '--db', db]);
    const list = runThere('runs', 'ls', '--json');
    expect([list.status, list.stderr, JSON.parse(list.stdout).length]).toEqual([0, '', 3]);
    const refused = runThere('sweep', 'first-look');
    expect([refused.status, refused.stdout, refused.stderr.split('\n').length]).toEqual([2, '', 2]);
    expect(refused.stderr).toContain('found a network file system (nfs4');
    expect(refused.stderr).toContain('Give a local file with --db');
  });
});
