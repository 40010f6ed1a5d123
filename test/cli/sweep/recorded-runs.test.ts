import { realpathSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { NUMERICS } from '../../../src/run/numerics.js';
import { claimRuns, makeMetrics, makeResult, openStore, planGrid } from '../../experiment/fake-runs.js';
import { FakeEngine, runs, sweep } from '../fake-command.js';
import { TWO_SEEDS, writeGrid } from './written-grid.js';

describe('sweep --no-wait', () => {
  const claimOne = async (db: string, seed: number) => {
    const points = await planGrid({ base: TWO_SEEDS.base, grid: { seed: [seed] } });
    claimRuns(openStore(db), 'other', points);
  };

  it('skips what another process is at, and says so with the exit code', async () => {
    const { grid, db } = writeGrid();
    await claimOne(db, 1);
    const { exitCode, err, out } = await sweep([grid, '--db', db, '--no-wait']);
    expect(exitCode).toBe(3);
    expect(err).toMatch(/SK-0.2 seed 1: skipped, since process \d+ on \S+ is at it, run 1\n/);
    expect(out).toMatch(/SK-0.2 +1 +running/);
  });

  it('ends with 1 if a run of its own failed besides, and with 0 if nothing was skipped', async () => {
    const { grid, db } = writeGrid();
    expect((await sweep([grid, '--db', db, '--set', 'epochs=3', '--no-wait'])).exitCode).toBe(0);
    await claimOne(db, 1);
    const engine = new FakeEngine();
    engine.runOne = () => Promise.reject(new UserError('no'));
    expect((await sweep([grid, '--db', db, '--no-wait'], engine)).exitCode).toBe(1);
  });
});

describe('sweep over runs that were begun before', () => {
  it('tells where they go on, and why not later', async () => {
    const { grid, db } = writeGrid();
    const engine = new FakeEngine();
    engine.runOne = (spec, options) => {
      options.onResume?.({ epoch: 2, step: 1, epochs: [makeMetrics(1, 9)], rejected: ['state-2: is cut'] });
      options.onEpoch?.(makeMetrics(2, 8));
      return Promise.resolve(makeResult(spec));
    };
    const { err } = await sweep([grid, '--db', db, '--parallel', '1'], engine);
    expect(err.split('\n').slice(2, 5)).toEqual([
      'SK-0.2 seed 0: state-2: is cut',
      'SK-0.2 seed 0: goes on in epoch 2, after 1 step',
      expect.stringMatching(/^run 1 of 2, SK-0.2 seed 0: epoch 2 of 2, loss 0.5000/),
    ]);
  });
});

describe('two grids without a name whose files are called alike', () => {
  const { name: _name, ...unnamed } = TWO_SEEDS;

  it('are kept apart', async () => {
    const [first, second] = [writeGrid(unnamed), writeGrid({ ...unnamed, grid: { seed: [5] } })];
    expect((await sweep([first.grid, '--db', first.db])).exitCode).toBe(0);
    expect((await sweep([first.grid, '--db', first.db, '--epochs', '1'])).exitCode).toBe(0);
    const { exitCode, err } = await sweep([second.grid, '--db', first.db]);
    expect(exitCode).toBe(2);
    expect(err).toContain(
      `called 'grid' by its file, as the sweep of ${realpathSync(first.grid)} in ${first.db} is.`,
    );
    const points = await runs([
      'query',
      'SELECT count(*) AS n FROM sweep_results',
      '--db',
      first.db,
      '--json',
    ]);
    expect(JSON.parse(points.out)).toEqual([{ n: 2 }]);
    expect(JSON.parse((await runs(['ls', '--db', first.db, '--json'])).out)).toHaveLength(4);
  });

  it('are one if the file has been moved', async () => {
    const [first, second] = [writeGrid(unnamed), writeGrid(unnamed)];
    await sweep([first.grid, '--db', first.db]);
    rmSync(first.grid);
    const { exitCode, err } = await sweep([second.grid, '--db', first.db]);
    expect([exitCode, err]).toEqual([0, expect.stringContaining('2 recorded')]);
  });
});

describe('sweep over runs of an older numerics version', () => {
  it('tells how many they are, and runs them again if it is asked to', async () => {
    const { grid, db } = writeGrid();
    await sweep([grid, '--db', db]);
    openStore(db).db.prepare('UPDATE runs SET numerics = 0 WHERE seed = 0').run();
    const plain = await sweep([grid, '--db', db]);
    expect(plain.exitCode).toBe(0);
    expect(plain.err).toBe(
      `seeds: 2 points, 2 recorded in ${db}, nothing to run\n` +
        `seeds: 1 of 2 recorded runs is of numerics 0, this program's is ${NUMERICS}: --numerics current runs it again\n`,
    );
    const dry = await sweep([grid, '--db', db, '--dry-run', '--numerics', 'current']);
    expect(dry.out).toMatch(
      /seed 0 {2}missing\n.*seed 1 {2}recorded \(run 2\)\n\n1 of 2 to run\.\n1 run, checkpoints of /,
    );
    const again = await sweep([grid, '--db', db, '--numerics', 'current']);
    expect(again.err).toContain(`seeds: 2 points, 1 recorded in ${db}, 1 to run`);
    expect(again.out).toBe(plain.out);
    expect((await sweep([grid, '--db', db])).err).not.toContain('numerics');
  });
});
