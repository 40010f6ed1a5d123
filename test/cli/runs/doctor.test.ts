import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Store } from '../../../src/experiment/store.js';
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
    const place = (path: string, ageHours = 0) => {
      const file = join(dirname(db), path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'x'.repeat(500));
      const then = Date.now() / 1000 - 3600 * ageHours;
      utimesSync(file, then, then);
      return file;
    };
    const kept = [
      place('runs/experiments-1/model.safetensors'),
      place('runs/experiments-1/model.safetensors.77.part'),
      place('runs/others-9/model.safetensors', 9),
      place('notes.part', 9),
    ];
    const orphan = place('runs/experiments-9/state-0000000001.safetensors');
    const drafts = [place('runs/experiments-1/best.safetensors.77.part', 2), place('copy.db.78.part', 2)];
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
        expect.stringContaining("1 result of numerics 0, this program's is 1"),
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
