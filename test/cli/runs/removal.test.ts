import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Store } from '../../../src/experiment/store.js';
import { claimRuns, planGrid } from '../../experiment/fake-runs.js';
import { runs, sweep } from '../fake-command.js';
import { recordSeeds } from './recorded-seeds.js';

const idsOf = async (db: string, ...args: string[]) =>
  JSON.parse((await runs(['ls', '--json', '--db', db, ...args])).out).map(
    ({ run_id }: { run_id: number }) => run_id,
  );

describe('runs rm, restore and purge', () => {
  it('take runs away, bring them back and delete them', async () => {
    const { db, grid } = await recordSeeds(4);
    expect((await runs(['rm', '1', '3-9', '--db', db])).out).toBe(
      'Removed 3 runs (1, 3, 4). Until purged they can be restored: runs restore.\n',
    );
    expect([await idsOf(db), await idsOf(db, '--removed')]).toEqual([[2], [1, 3, 4]]);
    expect((await runs(['ls', '--removed', '--db', db])).out).toMatch(/ removed\n.*\n 1 .*T.*Z\n/);
    expect((await runs(['show', '3', '--db', db])).out).toMatch(/^ {2}removed +\d{4}-/m);
    expect((await runs(['restore', 'last', '--db', db])).out).toBe('Restored run 4.\n');
    expect((await sweep([grid, '--db', db])).err).toContain('4 points, 2 recorded');

    const folder = join(db, '../runs/experiments-1');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'model.safetensors'), 'x'.repeat(2000));
    const asked = await runs(['purge', '--db', db]);
    expect([asked.exitCode, asked.out]).toEqual([2, '']);
    expect(asked.err).toBe(
      'Nothing is deleted yet. Give --yes to purge 2 runs (1, 3) and 2.00 KB of their files.\n',
    );
    expect(existsSync(folder)).toBe(true);
    expect((await runs(['purge', '1', '--yes', '--db', db])).out).toBe(
      'Purged run 1 and 2.00 KB of their files.\n',
    );
    expect(existsSync(folder)).toBe(false);
    expect(await idsOf(db, '--removed')).toEqual([3]);
    await runs(['purge', '--yes', '--db', db]);
    expect((await runs(['purge', '--db', db])).out).toBe('There is nothing to purge.\n');
    expect(await idsOf(db)).toEqual([2, 4, 5, 6]);
  });

  it('leave a run alone that is under way', async () => {
    const { db } = await recordSeeds(1);
    const store = Store.open(db);
    claimRuns(store, 'other', await planGrid({ base: { model: 'BN' } }));
    const { exitCode, err } = await runs(['rm', '1', '2', '--db', db]);
    store.close();
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining('run 2: expected a run that has ended, found one that is running.'),
    ]);
    expect(await idsOf(db)).toEqual([1, 2]);
  });

  it.each([
    [['rm'], "runs rm: missing required argument 'ids'"],
    [['rm', 'all'], "expected a run's number, a range such as 3-8 or last, found 'all'"],
    [['rm', '9'], 'there is no run 9. The numbers are in: runs ls.'],
    [['rm', '5-9'], 'there is no run of 5-9'],
    [['rm', '2', '9'], 'there is no run 9'],
    [['rm', '1'], 'run 1: it has been removed. Bring it back with: runs restore 1.'],
    [['restore', '2'], 'run 2: expected a removed run, found one that is kept. Remove it with: runs rm 2.'],
    [['purge', '2', '--yes'], 'run 2: expected a removed run'],
    [['restore', '9'], 'there is no run 9 that has been removed. The numbers are in: runs ls --removed.'],
    [['note', '1', 'text'], 'run 1: it has been removed'],
    [['note', '2-3', 'text'], "expected a run's number or last, found '2-3'"],
    [
      ['tag', '2', 'two words'],
      "expected a tag of up to 60 characters without spaces and commas, found 'two words'",
    ],
    [['rm', '1', '--db', '/nowhere/x.db'], 'there is no such database'],
  ])('%j is one line and exit code 2, and changes nothing', async (args, message) => {
    const { db } = await recordSeeds(2);
    await runs(['rm', '1', '--db', db]);
    const { exitCode, out, err } = await runs(args.includes('--db') ? args : [...args, '--db', db]);
    expect(err).toContain(message);
    expect([exitCode, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    expect([await idsOf(db), await idsOf(db, '--removed')]).toEqual([[2], [1]]);
  });
});

describe('runs note and tag', () => {
  it('are shown by ls and show, and ls lists the runs of a tag', async () => {
    const { db } = await recordSeeds(3);
    expect((await runs(['tag', '1-2', 'good', 'long', '--db', db])).out).toBe(
      'run 1, 2: tagged good, long\n',
    );
    expect((await runs(['tag', '2,1', 'long', '--remove', '--db', db])).out).toBe(
      'run 2, 1: no longer tagged long\n',
    );
    expect((await runs(['note', 'last', ' a rate too high ', '--db', db])).out).toBe(
      'run 3: a rate too high\n',
    );
    expect((await runs(['ls', '--db', db])).out.split('\n').slice(0, 5)).toEqual([
      'id  state  sweep  network  seed  images  epochs   rate  test error %  time  tags  note',
      '--  -----  -----  -------  ----  ------  ------  -----  ------------  ----  ----  ---------------',
      ' 1  done   seeds  SK-0.2      0   60000       2  0.001          8.00   2 s  good',
      ' 2  done   seeds  SK-0.2      1   60000       2  0.001          9.00   2 s  good',
      ' 3  done   seeds  SK-0.2      2   60000       2  0.001         10.00   2 s        a rate too high',
    ]);
    expect(await idsOf(db, '--tag', 'good')).toEqual([1, 2]);
    expect(await idsOf(db, '--tag', 'bad')).toEqual([]);
    expect((await runs(['show', '1', '--db', db])).out).toMatch(/^ {2}tags +good$/m);
    expect((await runs(['show', '3', '--db', db])).out).toMatch(/^ {2}note +a rate too high$/m);
    expect((await runs(['note', '3', '', '--db', db])).out).toBe('run 3 has no note any longer.\n');
    expect((await runs(['show', '3', '--db', db])).out).not.toContain('note');
  });
});
