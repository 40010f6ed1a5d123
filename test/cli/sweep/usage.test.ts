import { describe, expect, it } from 'vitest';
import { FakeEngine, sweep } from '../fake-command.js';
import { writeGrid } from './written-grid.js';

const countLines = (text: string) => text.split('\n').filter((line) => line !== '').length;

describe('wrong usage of sweep', () => {
  it.each([
    [[], 'sweep: expected a preset, a grid file or a network, found nothing.'],
    [['15.6k'], "sweep: unknown preset or network '15.6k'. Did you mean '15.6'?"],
    [['15.6b', '--ignore-hash'], '--ignore-hash: expected a saved network, found 15.6b. Leave it out.'],
    [['no/such.json'], 'no/such.json: expected a grid, a spec or a network as JSON, found nothing there.'],
    [['--worker', '2'], "sweep: unknown option '--worker'. Did you mean '--workers'?"],
    [['--dryrun'], "sweep: unknown option '--dryrun'. Did you mean '--dry-run'?"],
    [['15.6b', '15.6c'], 'sweep: too many arguments'],
    [['SK', '--grid', 'seed=0..2', '--seed', '1'], 'found --grid seed=0..2 before it. Leave one out.'],
    [['--grid', 'seed=0..2', 'SK'], "--grid: expected key=values, found 'SK'."],
    [['SK', '--name', ''], '--name: expected a name'],
    [['15.6b', '--db'], "sweep: option '--db <file>' argument missing"],
    [['15.6b', '--workers', '0'], "--workers: expected a whole number from 1 to 256, found '0'."],
    [['15.6b', '--parallel', '257'], "--parallel: expected a whole number from 1 to 256, found '257'."],
    [
      ['15.6b', '--queue', 'redis://127.0.0.1:1', '--parallel', '16385'],
      "--parallel: expected a whole number from 1 to 16384, found '16385'.",
    ],
    [['15.6b', '--workers', '10000'], "--workers: expected a whole number from 1 to 256, found '10000'."],
    [['15.6b', '--parallel', 'abc'], "--parallel: expected a whole number from 1 to 256, found 'abc'."],
    [['15.6b', '--parallel', '1.5'], "found '1.5'."],
    [['15.6b', '--parallel', '-1'], "found '-1'."],
    [['15.6b', '--workers', ''], "found ''."],
    [['15.6b', '--epochs', '0'], '--epochs: expected a number above 0, 100000 at most'],
    [['15.6b', '--lr', 'x'], "--lr: expected a number, found 'x'."],
    [['15.6b', '--seed', '-1'], "15.6b: --seed -1: field 'seed': expected number to be >=0, found -1."],
    [['15.6b', '--seed', '9007199254740993'], '(those up to 9007199254740991 are), found 9007199254740993.'],
    [
      ['15.6b', '--set', 'seed=1', '--seed', '2'],
      '--seed 2: expected each field once, found --set seed=1 before it.',
    ],
    [
      ['15.6b', '--set', 'seed=1', '--set', 'seed=2'],
      '--set seed=2: expected each field once, found --set seed=1',
    ],
    [
      ['15.6b', '--epochs', '3', '--epochs', '5'],
      '--epochs: expected it once, found it twice. Leave one out.',
    ],
    [['15.6b', '--seed', '1', '--seed', '2'], '--seed: expected it once, found it twice.'],
    [['15.6b', '--keep', 'all'], "--keep: unknown choice 'all'. Valid: "],
    [['15.6b', '--checkpoint-steps', '0'], '--checkpoint-steps: expected a whole number from 1 to'],
    [
      ['15.6b', '--checkpoint-minutes', '0'],
      "--checkpoint-minutes: expected a number above 0, 1440 at most, found '0'.",
    ],
    [
      ['15.6b', '--no-checkpoints', '--keep', 'model'],
      '--no-checkpoints: expected no --keep model beside it, found both.',
    ],
    [['15.6b', '--no-checkpoints', '--checkpoint-steps', '5'], 'expected no --checkpoint-steps beside it'],
    [['15.6b', '--set', 'sede=1'], "--set: unknown field 'sede'. Did you mean 'seed'?"],
    [['15.6b', '--set', 'model=BNN'], "15.6b: --set model=BNN: unknown model 'BNN'. Did you mean 'BN'?"],
    [['15.6b', '--set', 'trainCount=60001'], 'expected examples 1 to 60000 of the training data'],
    [['15.6d', '--workers', '200', '--parallel', '2'], 'expected at most 256 threads'],
  ])('%j is one line and exit code 2', async (args, message) => {
    const { db } = writeGrid();
    const { exitCode, out, err } = await sweep(args.includes('--db') ? args : [...args, '--db', db]);
    expect(err).toContain(message);
    expect({ exitCode, out, lines: countLines(err) }).toEqual({ exitCode: 2, out: '', lines: 1 });
  });

  it('in a grid file is told with its place', async () => {
    const { grid, db } = writeGrid('{"base": {"model": "BN",}}');
    const { exitCode, err } = await sweep([grid, '--db', db]);
    expect([exitCode, err]).toEqual([2, `${grid}: line 1, column 25: expected JSON, found "}}".\n`]);
  });

  it('of the database is told before anything runs', async () => {
    const { grid } = writeGrid();
    const engine = new FakeEngine();
    const { exitCode, err } = await sweep([grid, '--db', grid], engine);
    expect([exitCode, engine.executors.length]).toEqual([2, 0]);
    expect(err).toContain('is not an SQLite database');
  });
});
