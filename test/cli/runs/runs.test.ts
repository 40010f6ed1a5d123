import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs, sweep } from '../fake-command.js';

const folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
const db = join(folder, 'experiments.db');

beforeAll(async () => {
  const grid = join(folder, 'grid.json');
  writeFileSync(
    grid,
    JSON.stringify({ name: 'two', base: { model: 'SK', epochs: 2 }, grid: { width: [0.5, 0.2] } }),
  );
  await sweep([grid, '--db', db, '--parallel', '1']);
  await sweep(['15.6b', '--db', db, '--epochs', '1']);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('runs ls', () => {
  it('lists the runs', async () => {
    const { exitCode, out } = await runs(['ls', '--db', db]);
    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'id  state  sweep  network  seed  images  epochs   rate  test error %  time',
      '--  -----  -----  -------  ----  ------  ------  -----  ------------  ----',
      ' 1  done   two    SK-0.5      0   60000       2  0.001          8.00   2 s',
      ' 2  done   two    SK-0.2      0   60000       2  0.001          8.00   2 s',
      ' 3  done   15.6b  BASE        0   10000       1  0.001          9.00   2 s',
      '',
    ]);
  });

  it('may be filtered, and be JSON or CSV with all columns', async () => {
    const { out } = await runs(['--db', db, 'ls', '--sweep', 'two', '--state', 'done', '--json']);
    expect(JSON.parse(out)).toMatchObject([
      { run_id: 1, width: 0.5 },
      { run_id: 2, width: 0.2, state: 'done' },
    ]);
    expect((await runs(['ls', '--csv', '--db', db])).out).toMatch(/^run_id,sweep,state,.*\r\n1,two,done,/);
    expect((await runs(['ls', '--state', 'failed', '--json', '--db', db])).out).toBe('[]\n');
  });

  it('tells what runs differ in, with four columns at most', async () => {
    const file = join(folder, 'varying.db');
    const set = (...fields: string[]) => fields.flatMap((field) => ['--set', field]);
    await sweep(['15.6b', '--db', file, '--epochs', '1']);
    const others = ['learningRate=0.1', 'momentum=0.5', 'batchSize=50', 'trainCount=500', 'weightDecay=0'];
    others.push('nesterov=true', 'slices=6');
    await sweep(['15.6b', '--db', file, '--epochs', '1', ...set(...others)]);
    expect((await runs(['ls', '--db', file])).out.split('\n')).toEqual([
      'id  state  sweep  network  batch size  momentum  nesterov  slices  seed  images  epochs   rate  test error %  time',
      '--  -----  -----  -------  ----------  --------  --------  ------  ----  ------  ------  -----  ------------  ----',
      ' 1  done   15.6b  BASE            100       0.9     false      12     0   10000       1  0.001          9.00   2 s',
      ' 2  done   15.6b  BASE             50       0.5      true       6     0     500       1    0.1          9.00   2 s',
      '',
      'They differ in weight decay as well; see runs diff.',
      '',
    ]);
  });
});

describe('runs show', () => {
  it('prints one run whole', async () => {
    const { out } = await runs(['show', '2', '--db', db]);
    expect(out).toMatch(/^ {2}network +SK-0\.2$/m);
    expect(out).toMatch(/^ {2}batchSize +100$/m);
    expect(out).toMatch(/^ {2}layer 1 +\{.*"filters":4/m);
    expect(out).toMatch(/^ {2}node +v\d+/m);
    expect(out).toMatch(/^ +2 +0\.5000 +4\.00 +1\.0000 +8\.00 +0\.80 +1000$/m);
    expect(out).toMatch(/^ {3}0 {2}1\n-.*\n0 {2}3 {2}1\n1 {2}0 {2}4$/m);
  });

  it('has columns for validation where the run has it', async () => {
    const file = join(folder, 'validation.db');
    const asked = ['--set', 'validationCount=1000', '--set', 'epochs=1', '--db', file];
    await sweep(['15.6b', ...asked]);
    const { out } = await runs(['show', '1', '--db', file]);
    expect(out).toMatch(/train error % {2}validation loss {2}validation error % {2}test loss/);
    expect(out).toMatch(/^ +1 +1\.0000 +4\.50 +3\.0000 +10\.00 +2\.0000 +9\.00 /m);
    expect((await runs(['show', '2', '--db', db])).out).not.toContain('validation');
  });

  it('is one JSON object with --json', async () => {
    const run = JSON.parse((await runs(['show', '2', '--json', '--db', db])).out);
    expect(run).toMatchObject({
      runId: 2,
      state: 'done',
      spec: { width: 0.2 },
      epochs: [{ epoch: 1 }, { epoch: 2 }],
    });
  });
});

describe('runs query', () => {
  it.each([
    [[], 'model  width\n-----  -----\nSK       0.2\nSK       0.5\n'],
    [['--json'], '[\n{"model":"SK","width":0.2},\n{"model":"SK","width":0.5}\n]\n'],
    [['--csv'], 'model,width\r\nSK,0.2\r\nSK,0.5\r\n'],
  ])('prints what is asked for %j', async (format, expected) => {
    const sql = "SELECT model, width FROM results WHERE sweep = 'two' ORDER BY width";
    expect(await runs(['query', sql, ...format, '--db', db])).toEqual({
      exitCode: 0,
      out: expected,
      err: '',
    });
  });

  it.each([
    ['DELETE FROM runs', 'expected a statement that reads'],
    [
      "INSERT INTO sweeps (name, created_at) VALUES ('x', '') RETURNING name",
      'expected a statement that reads',
    ],
    ["ATTACH 'other.db' AS other", 'expected a statement that reads'],
    ['SELECT 1; DELETE FROM runs', 'more than one statement'],
    ['', 'no statements'],
    ['SELEC 1', 'near "SELEC": syntax error'],
    ['SELECT *\nFROM nowhere', 'no such table: nowhere'],
    ['SELECT ?', 'Too few parameter values'],
  ])('refuses %j in one line', async (sql, message) => {
    const { exitCode, out, err } = await runs(['query', sql, '--db', db]);
    expect(err).toContain(message);
    expect([exitCode, out, err.split('\n').length]).toEqual([2, '', 2]);
    expect(
      JSON.parse((await runs(['query', 'SELECT count(*) AS n FROM runs', '--json', '--db', db])).out),
    ).toEqual([{ n: 3 }]);
  });
});

describe('wrong usage of runs', () => {
  it.each([
    [[], 'runs: expected a command, found nothing. Commands: ls, show, query, '],
    [['lss'], "runs: unknown command 'lss'. Did you mean 'ls'?"],
    [['ls', '--jsn'], "runs ls: unknown option '--jsn'. Did you mean '--json'?"],
    [['ls', '--json', '--csv'], "option '--json' cannot be used with option '--csv'"],
    [['ls', '--state', 'finished'], "runs ls: unknown state 'finished'."],
    [['show'], "runs show: missing required argument 'id'"],
    [['show', 'one'], "expected a run's number or last, found 'one'"],
    [['show', '99'], 'there is no run 99'],
    [['ls', '--db', join(folder, 'no.db')], 'there is no such database'],
    [['ls', '--db', join(folder, 'grid.json')], 'is not an SQLite database'],
  ])('%j is one line and exit code 2', async (args, message) => {
    const { exitCode, out, err } = await runs(args.includes('--db') ? args : [...args, '--db', db]);
    expect(err).toContain(message);
    expect([exitCode, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });
});
