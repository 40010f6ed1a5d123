import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HANGUP_VARIABLE } from '../../../src/cli/hangup.js';
import { UserError } from '../../../src/core/errors.js';
import { PRESET_NAMES } from '../../../src/experiment/presets/registry.js';
import { summarizeTimes } from '../../../src/run/profile.js';
import type { TrainOptions } from '../../../src/run/types.js';
import { makeFolder, makeResult, runFake } from '../../experiment/fake-runs.js';
import { FakeEngine, runs, sweep } from '../fake-command.js';
import { TWO_SEEDS, writeGrid } from './written-grid.js';

const countLines = (text: string) => text.split('\n').filter((line) => line !== '').length;

describe('sweep', () => {
  it('records a grid file and prints its table; the same command again runs nothing', async () => {
    const { grid, db } = writeGrid();
    const first = await sweep([grid, '--db', db, '--parallel', '1']);
    expect(first.exitCode).toBe(0);
    expect(first.err.split('\n')).toEqual([
      `seeds: 2 points, 0 recorded in ${db}, 2 to run, 1 at a time${first.err.match(/, \d+ threads each/)?.[0] ?? ''}`,
      expect.stringMatching(
        /^seeds: 2 runs, checkpoints of 161 KB each while they run, models of 82.1 KB kept: 164 KB in all; .* free in /,
      ),
      expect.stringMatching(
        /^run 1 of 2, SK-0.2 seed 0: epoch 1 of 2, loss 1.0000, test error 9.00%, 1,000 images\/s, \d+ s left$/,
      ),
      expect.stringMatching(/^run 1 of 2, SK-0.2 seed 0: epoch 2 of 2, loss 0.5000, test error 8.00%/),
      'run 1 of 2, SK-0.2 seed 0: done, test error 8.00%, 2 s',
      expect.stringMatching(/^run 2 of 2, SK-0.2 seed 1: epoch 1 of 2/),
      expect.stringMatching(/^run 2 of 2, SK-0.2 seed 1: epoch 2 of 2/),
      'run 2 of 2, SK-0.2 seed 1: done, test error 9.00%, 2 s',
      '',
    ]);
    expect(first.out).toContain('8.50 ± 0.71');

    const second = await sweep([grid, '--db', db]);
    expect(second).toMatchObject({
      exitCode: 0,
      out: first.out,
      err: `seeds: 2 points, 2 recorded in ${db}, nothing to run\n`,
    });
  });

  it('counts one point as one', async () => {
    const { grid, db } = writeGrid({ ...TWO_SEEDS, grid: {} });
    expect((await sweep([grid, '--db', db])).err).toContain('seeds: 1 point, 0 recorded');
  });

  it('refuses what cannot learn, and warns once of several points if it is forced', async () => {
    const network = 'INPUT(28x28x1) -> FC(20) -> BN -> FC(10)';
    const { grid, db } = writeGrid({ base: { network, batchSize: 1, epochs: 1 }, grid: { seed: [0, 1] } });
    expect(await sweep([grid, '--db', db])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/batch-normalization1: .* with --force /),
    });
    expect(existsSync(db)).toBe(false);
    const { exitCode, err } = await sweep([grid, '--db', db, '--dry-run', '--force']);
    expect(exitCode).toBe(0);
    expect(err).toMatch(/^warning: .*: batch-normalization1: expected at least two values a channel .*\n$/);
  });

  it('runs a preset, with overrides', async () => {
    const { db } = writeGrid();
    const { exitCode } = await sweep([
      '15.6f',
      '--db',
      db,
      '--epochs',
      '1',
      '--set',
      'learningRate.rate=0.01',
      '--set',
      'seed=3',
    ]);
    expect(exitCode).toBe(0);
    const columns = 'sweep, width, epochs, learning_rate AS rate, seed, train_count AS count';
    const rows = JSON.parse(
      (await runs(['query', `SELECT ${columns} FROM results`, '--db', db, '--json'])).out,
    );
    expect(rows).toEqual(
      [2, 1.5, 1, 0.5, 0.2].map((width) => ({
        sweep: '15.6f',
        width,
        epochs: 1,
        rate: 0.01,
        seed: 3,
        count: 10_000,
      })),
    );
  });

  it('makes one executor for all runs and closes it', async () => {
    const { grid, db } = writeGrid();
    const engine = new FakeEngine();
    await sweep([grid, '--db', db, '--workers', '3', '--parallel', '2'], engine);
    expect(engine.executors).toEqual([{ workers: 3, parallel: 2, closed: true }]);
  });

  it('prints with --json one object a finished run and nothing else', async () => {
    const { grid, db } = writeGrid();
    const { out } = await sweep([grid, '--db', db, '--json']);
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      run_id: 1,
      sweep: 'seeds',
      state: 'done',
      width: 0.2,
      test_error_percent: 8,
    });
    expect(rows[0].weights_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await sweep([grid, '--db', db, '--json'])).out).toBe('');
  });

  it('prints with --profile where the time of each run went, and with --json as a field', async () => {
    const outline = {
      passes: [{ layer: 'conv1', name: 'forward', multiplyAddsPerImage: 1e6, phase: 0 }],
      phases: 1,
    };
    const times = [Float64Array.of(10, 1000, 100, 2, 50, 20)];
    const engine = new FakeEngine();
    engine.runOne = async (spec, { profile }) =>
      makeResult(spec, profile ? { profile: summarizeTimes(outline, times, 100, 'avx2') } : {});

    const tables = writeGrid();
    const { out } = await sweep([tables.grid, '--db', tables.db, '--profile'], engine);
    expect(out).toMatch(
      /^\nrun 1 of 2, SK-0.2 seed 0: 10\.00 ms a step: .*\n\nlayer +pass .*\n.*\nconv1 +forward +5\.000 /,
    );
    expect(out).toMatch(/\nrun 2 of 2, SK-0.2 seed 1: 10\.00 ms a step/);
    expect((await sweep([tables.grid, '--db', tables.db, '--profile'], engine)).err).toContain(
      'nothing to run, so there is no profile',
    );

    const lines = writeGrid();
    const json = (await sweep([lines.grid, '--db', lines.db, '--profile', '--json'], engine)).out;
    const rows = json
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ run_id, profile }) => [run_id, profile.passes[0].msPerStep])).toEqual([
      [1, 5],
      [2, 5],
    ]);

    const plain = writeGrid();
    expect((await sweep([plain.grid, '--db', plain.db, '--json'], engine)).out).not.toContain('profile');
  });

  it('goes on after a failed run, and says so with the exit code', async () => {
    const { grid, db } = writeGrid();
    const engine = new FakeEngine();
    engine.runOne = (spec, options) =>
      spec.seed === 0 ? Promise.reject(new UserError('conv2: no.')) : runFake(spec, options);
    const outcome = await sweep([grid, '--db', db, '--parallel', '1'], engine);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.err).toContain('run 1 of 2, SK-0.2 seed 0: failed: conv2: no.\n');
    expect(outcome.err).not.toMatch(/^ +at /m);
    expect(outcome.out).toMatch(/SK-0.2 +0 +failed/);
    expect(engine.executors[0]?.closed).toBe(true);
  });

  it('tells where an unexpected error was thrown', async () => {
    const { grid, db } = writeGrid();
    const engine = new FakeEngine();
    engine.runOne = () => Promise.reject(new TypeError('a bug'));
    const outcome = await sweep([grid, '--db', db, '--parallel', '1', '--fail-fast'], engine);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.err).toMatch(/TypeError: a bug\n +at /);
    expect((await runs(['ls', '--db', db])).out).toContain('failed');
    expect(countLines((await runs(['ls', '--db', db])).out)).toBe(3);
  });

  it('ends with 0 if a run diverged, and shows it', async () => {
    const { grid, db } = writeGrid();
    const engine = new FakeEngine();
    engine.runOne = async (spec) =>
      makeResult(spec, { state: 'diverged', reason: 'the loss is no longer finite in epoch 1, step 3' });
    const outcome = await sweep([grid, '--db', db], engine);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.err).toContain('diverged: the loss is no longer finite in epoch 1, step 3');
    expect(outcome.out).toMatch(/SK-0.2 +1 +diverged/);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('marks its runs as interrupted on %s and goes on the next time', async (signal, exitCode) => {
    // Whoever runs this test under nohup.
    vi.stubEnv(HANGUP_VARIABLE, 'end');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { grid, db } = writeGrid();
    const engine = new FakeEngine();
    engine.runOne = (spec, options) => {
      const onEpoch: typeof options.onEpoch = (metrics) => {
        options.onEpoch?.(metrics);
        if (spec.seed === 1 && metrics.epoch === 1) process.emit(signal);
      };
      return runFake(spec, { ...options, onEpoch });
    };
    const outcome = await sweep([grid, '--db', db, '--parallel', '1'], engine);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.err).toContain('Interrupted: ');
    expect(outcome.out).toMatch(/SK-0.2 +1 +interrupted/);
    expect((await sweep([grid, '--db', db])).err).toContain('2 points, 1 recorded');
  });
});

describe('sweep --dry-run', () => {
  it('lists the points and which are recorded, and makes no database', async () => {
    const { grid, db } = writeGrid();
    const before = await sweep([grid, '--db', db, '--dry-run']);
    expect(before.out.split('\n').slice(2)).toEqual([
      '    1  SK-0.2 seed 0  missing',
      '    2  SK-0.2 seed 1  missing',
      '',
      '2 of 2 to run.',
      expect.stringContaining('2 runs, checkpoints of 161 KB each while they run, '),
      '',
    ]);
    expect(existsSync(db)).toBe(false);
    await sweep([grid, '--db', db, '--set', 'seed=1']);
    const after = await sweep([grid, '--db', db, '--dry-run', '--json']);
    const points = after.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(points.map(({ recorded, run_id, label }) => [recorded, run_id, label])).toEqual([
      [false, null, 'SK-0.2'],
      [true, 1, 'SK-0.2'],
    ]);
  });
});

describe('sweep with checkpoints', () => {
  /** What the first run of a sweep is told of them. */
  async function readChoice(...options: string[]) {
    const { grid, db } = writeGrid();
    const engine = new FakeEngine();
    let told: TrainOptions['checkpoints'];
    engine.runOne = (spec, { checkpoints, ...others }) => {
      told ??= checkpoints;
      return runFake(spec, others);
    };
    const { exitCode, err } = await sweep([grid, '--db', db, ...options], engine);
    expect(exitCode, err).toBe(0);
    return { told, folder: join(dirname(db), 'runs', 'experiments-1'), err };
  }

  it('keeps them beside the database unless it is told not to', async () => {
    const plain = await readChoice();
    expect(plain.told).toEqual({ folder: plain.folder });
    const none = await readChoice('--no-checkpoints', '--keep', 'nothing');
    expect([none.told, none.err.includes('checkpoints')]).toEqual([undefined, false]);
  });

  it('hands on how', async () => {
    const { told, folder, err } = await readChoice(
      ...['--restart', '--checkpoint-steps', '50', '--checkpoint-minutes', '.5', '--keep', 'state'],
    );
    expect(told).toEqual({ folder, restart: true, everySteps: 50, everyMinutes: 0.5, keep: 'state' });
    expect(err).toContain('models with their states of 403 KB kept: ');
  });
});

describe('sweep --grid', () => {
  const NAMES =
    'SELECT name, count(*) AS points FROM sweep_points JOIN sweeps USING (sweep_id) GROUP BY name';

  it('combines values over a network, whose points are kept together', async () => {
    const db = join(makeFolder(), 'experiments.db');
    const first = await sweep(['SK', '--db', db, '--epochs', '1', '--grid', 'width=0.1,0.2', 'seed=0..1']);
    expect([first.exitCode, countLines(first.out.split('Over seeds')[0]!)]).toEqual([0, 2 + 4]);
    await sweep(['SK', '--db', db, '--epochs', '1', '--grid', 'width=0.2,0.3', '--name', 'wider']);
    await sweep(['SK', '--db', db, '--epochs', '2']);
    expect((await runs(['query', NAMES, '--csv', '--db', db])).out).toBe(
      'name,points\r\nSK,5\r\nwider,2\r\n',
    );
  });

  it('takes the spec of a file, and takes the place of what a grid file combines', async () => {
    const { grid: file } = writeGrid({ model: 'SK', epochs: 1 });
    const { grid, db } = writeGrid();
    const list = async (what: string) => {
      const options = ['--dry-run', '--json', '--db', db];
      const { out } = await sweep([what, ...options, '--grid', 'seed=5,6,7', '--epochs', '1']);
      const points = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      return points.map(({ spec }) => [spec.model, spec.width, spec.seed]);
    };
    expect(await list(file)).toEqual([5, 6, 7].map((seed) => ['SK', 1, seed]));
    expect(await list(grid)).toEqual([5, 6, 7].map((seed) => ['SK', 0.2, seed]));
  });
});

describe('sweep --list', () => {
  it('tells the presets', async () => {
    const { exitCode, out } = await sweep(['--list']);
    expect(exitCode).toBe(0);
    expect(countLines(out)).toBe(2 + PRESET_NAMES.length);
    expect(out).toMatch(/^15\.6f +The number of channels$/m);
    expect((await sweep(['--list', '--json'])).out.split('\n')[0]).toContain('"name":"first-look"');
  });

  it.each([
    [['15.6', '--list'], 'sweep: expected what is to run or --list, found both (15.6). Leave one out.\n'],
    [['--list', '--dry-run'], '--dry-run: expected it with what is to run, found --list. Leave it out.\n'],
    [['--list', '--seed', '1'], '--seed: expected it with what is to run, found --list. Leave it out.\n'],
  ])('refuses what it would drop: %j', async (args, message) => {
    const { exitCode, out, err } = await sweep(args);
    expect([exitCode, out, err]).toEqual([2, '', message]);
  });
});

describe('help', () => {
  it('goes to standard output', async () => {
    const { exitCode, out, err } = await sweep(['--help']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('--fail-fast');
  });
});
