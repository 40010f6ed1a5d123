import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { examine as look } from '../../../src/cli/runs/doctor/examine.js';
import type { Check } from '../../../src/cli/runs/doctor/finding.js';
import { Store } from '../../../src/experiment/store.js';
import { NUMERICS } from '../../../src/run/numerics.js';
import { claimRuns, planGrid } from '../../experiment/fake-runs.js';
import { runs } from '../fake-command.js';
import { recordSeeds } from './recorded-seeds.js';

interface Line {
  readonly check: string;
  readonly state: string;
  readonly what: string;
  readonly mend: string | null;
}

/** What `doctor` finds. Whether the data are here is the machine's affair. */
async function examine(db: string, ...args: string[]): Promise<{ exitCode: number; lines: Line[] }> {
  const { exitCode, out } = await runs(['doctor', '--json', '--db', db, ...args]);
  return { exitCode, lines: (JSON.parse(out) as Line[]).filter(({ check }) => check !== 'data') };
}

const statesOf = (lines: readonly Line[]) => lines.map(({ check, state }) => `${check} ${state}`);

/** Above all that Linux gives. */
const DEAD_PID = 99_999_999;

describe('runs doctor', () => {
  it('finds nothing wrong with a healthy database', async () => {
    const { db } = await recordSeeds(1);
    const { exitCode, lines } = await examine(db);
    expect([exitCode, statesOf(lines)]).toEqual([
      0,
      ['integrity ok', 'place ok', 'claims ok', 'files ok', 'space note', 'versions ok'],
    ]);
    expect((await runs(['doctor', '--db', db])).out).toMatch(
      /^ok {6}integrity pages, indices and references are whole\n/,
    );
  });

  it('finds a run whose process has gone, and marks it', async () => {
    const { db } = await recordSeeds(1);
    await leaveRunning(db);
    const before = await examine(db);
    expect([before.exitCode, before.lines.find(({ check }) => check === 'claims')]).toMatchObject([
      1,
      { state: 'wrong', what: 'Run 2 is marked as under way, but the process that was at it has gone.' },
    ]);
    expect(statesOf((await examine(db, '--fix')).lines)).toContain('claims mended');
    const after = await examine(db);
    expect([after.exitCode, statesOf(after.lines)]).toEqual([0, expect.arrayContaining(['claims ok'])]);
    expect(JSON.parse((await runs(['ls', '--json', '--db', db])).out)[1]).toMatchObject({
      state: 'interrupted',
    });
  });

  it('finds folders without a run and files left unfinished, and deletes them if that is agreed to', async () => {
    const { db } = await recordSeeds(1);
    const place = placeBeside(db);
    const kept = [
      place('runs/experiments-1/model.safetensors'),
      place(`runs/experiments-1/model.safetensors.${DEAD_PID}.part`),
      place(`runs/experiments-1/best.safetensors.${process.pid}.part`, 9),
      place('runs/others-9/model.safetensors', 9),
      place('notes.part', 9),
      place('archive.7z.001.part', 9),
      place(`film.mkv.${DEAD_PID}.part`, 9),
      place(`copy.db.${process.pid}.part`, 9),
    ];
    const orphan = place('runs/experiments-9/state-0000000001.safetensors');
    const drafts = [
      place(`runs/experiments-1/best.safetensors.${DEAD_PID}.part`, 2),
      place(`copy.db.${DEAD_PID}.part`, 2),
    ];
    const { exitCode, lines } = await examine(db, '--fix');
    expect(exitCode).toBe(1);
    expect(lines.filter(({ check }) => check === 'files').map(({ what }) => what)).toEqual([
      `${join(dirname(db), 'runs')} has 1 folder without a run in the database: experiments-9 (500 B).`,
      `2 files of processes that ended while they wrote: ${drafts[1]}, ${drafts[0]}.`,
    ]);
    expect([...kept, orphan, ...drafts].every((file) => existsSync(file))).toBe(true);
    expect((await examine(db, '--fix', '--yes')).exitCode).toBe(0);
    expect(kept.every((file) => existsSync(file))).toBe(true);
    expect([orphan, ...drafts].some((file) => existsSync(file))).toBe(false);
  });

  it('notes states of a run that is done, which may be kept on purpose, and deletes them if that is agreed to', async () => {
    const { db } = await recordSeeds(1);
    await leaveRunning(db);
    await runs(['doctor', '--fix', '--db', db]);
    const place = placeBeside(db);
    const model = place('runs/experiments-1/model.safetensors');
    const state = place('runs/experiments-1/state-0000000001.safetensors');
    const needed = place('runs/experiments-2/state-0000000001.safetensors');
    const note = {
      check: 'files',
      state: 'note',
      what: 'States to go on from of 1 run that is done: experiments-1 (500 B).',
      mend: expect.stringContaining('--keep state keep them on purpose'),
    };
    for (const args of [[], ['--fix']]) {
      const { exitCode, lines } = await examine(db, ...args);
      expect([exitCode, lines.filter(({ check }) => check === 'files')]).toEqual([0, [note]]);
    }
    expect(existsSync(state)).toBe(true);
    expect(statesOf((await examine(db, '--fix', '--yes')).lines)).toContain('files mended');
    expect([state, model, needed].map((file) => existsSync(file))).toEqual([false, true, true]);
  });

  it('calls mended what it does not find again', async () => {
    const db = new Database(':memory:');
    let size = 2;
    const find = () => ({
      isWrong: true,
      what: `A log of ${size} MB.`,
      mend: 'Fold it in.',
      remedy: { deletes: false, apply: () => void size-- },
    });
    const check: Check = { name: 'log', ok: 'none', find: () => (size > 0 ? [find()] : []) };
    expect(await look(db, check, {})).toMatchObject([{ state: 'wrong', what: 'A log of 2 MB.' }]);
    expect(await look(db, check, { fix: true })).toEqual([
      { check: 'log', state: 'wrong', what: 'A log of 1 MB.', mend: 'Fold it in.' },
    ]);
    expect(await look(db, check, { fix: true })).toEqual([
      { check: 'log', state: 'mended', what: 'A log of 1 MB.', mend: null },
    ]);
    expect(await look(db, check, { fix: true })).toMatchObject([{ state: 'ok', what: 'none' }]);
  });

  it('tells of removed runs and of other numerics, which is nothing wrong', async () => {
    const { db } = await recordSeeds(3);
    await runs(['rm', '1', '--db', db]);
    const connection = new Database(db);
    connection.exec('UPDATE runs SET numerics = 0 WHERE run_id = 2');
    connection.close();
    const { exitCode, lines } = await examine(db);
    expect(exitCode).toBe(0);
    expect(lines.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        '1 removed run can still be restored, with 0 B of files.',
        expect.stringContaining(`1 result of numerics 0, this program's is ${NUMERICS}`),
      ]),
    );
  });

  it('finds a page that is damaged, and looks no further', async () => {
    const { db } = await recordSeeds(3);
    const copy = join(dirname(db), 'damaged.db');
    await runs(['backup', copy, '--db', db]);
    const page = readRoot(copy, 'predictions');
    const bytes = readFileSync(copy);
    bytes.fill(0xff, 4096 * (page - 1), 4096 * page);
    writeFileSync(copy, bytes);
    const { exitCode, lines } = await examine(copy);
    expect([exitCode, statesOf(lines)]).toEqual([1, ['integrity wrong']]);
  });

  it('wants --fix with --yes', async () => {
    const { db } = await recordSeeds(1);
    expect(await runs(['doctor', '--yes', '--db', db])).toMatchObject({
      exitCode: 2,
      err: 'runs doctor: expected --fix with --yes, found --yes alone. Give both.\n',
    });
  });
});

/** Makes files of 500 bytes beside a database. */
const placeBeside =
  (db: string) =>
  (path: string, ageHours = 0): string => {
    const file = join(dirname(db), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'x'.repeat(500));
    const then = Date.now() / 1000 - 3600 * ageHours;
    utimesSync(file, then, then);
    return file;
  };

/** A run whose process let go of it without a word. */
async function leaveRunning(db: string): Promise<void> {
  const store = Store.open(db);
  claimRuns(store, 'other', await planGrid({ base: { model: 'BN' } }));
  store.close();
}

/** The page at which a table begins, from 1. */
function readRoot(file: string, table: string): number {
  const db = new Database(file, { readonly: true });
  const page = db
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table)!;
  expect(db.pragma('page_size', { simple: true })).toBe(4096);
  db.close();
  return page;
}
