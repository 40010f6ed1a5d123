import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../../src/run/types.js';
import { makeFolder, makeMetrics, makeResult, type RunOne } from '../../experiment/fake-runs.js';
import { FakeEngine, report, runs, sweep } from '../fake-command.js';

/** The error is 10 percent for each decade that the learning rate is away from 0.01, less as epochs go on; one above 0.5 diverges. */
const runOne: RunOne = async (spec, { onEpoch, checkpoints }) => {
  const { rate } = spec.learningRate as { readonly rate: number };
  const epochs: EpochMetrics[] = [];
  const end = Math.min(spec.epochs, checkpoints?.untilEpoch ?? spec.epochs);
  for (let epoch = 1; epoch <= end; epoch++) {
    if (rate > 0.5) return makeResult(spec, { state: 'diverged', reason: 'too high', epochs });
    const error = 10 * Math.abs(Math.log10(rate) + 2) + 10 / epoch + spec.seed / 100;
    const metrics = { ...makeMetrics(epoch, error), validationErrorPercent: error, validationLoss: error };
    epochs.push(metrics);
    onEpoch?.(metrics);
  }
  const isEnd = end === spec.epochs;
  return makeResult(spec, {
    state: isEnd ? 'done' : 'interrupted',
    reason: isEnd ? null : 'to go on',
    epochs,
  });
};

const BASE = { model: 'SK', width: 0.2, trainCount: 1000, validationCount: 200, epochs: 3 };
const SEARCH = { trials: 12, lag: 2, space: { 'learningRate.rate': { log: [0.0001, 1] } } };

function writeSearch(search: object = {}, base: object = BASE) {
  const folder = makeFolder();
  const file = join(folder, 'rate.json');
  writeFileSync(file, JSON.stringify({ name: 'rate', base, search: { ...SEARCH, ...search } }));
  return { file, db: join(folder, 'e.db') };
}

function makeEngine() {
  const engine = new FakeEngine();
  let count = 0;
  engine.runOne = (spec, options) => {
    count++;
    return runOne(spec, options);
  };
  return { engine, countRuns: () => count };
}

const query = async (db: string, sql: string) =>
  JSON.parse((await runs(['query', sql, '--db', db, '--json'])).out) as Record<string, unknown>[];

describe('sweep with a search', () => {
  it('runs its trials, tells the best, and runs nothing the second time', async () => {
    const { file, db } = writeSearch();
    const { engine, countRuns } = makeEngine();
    const first = await sweep([file, '--db', db, '--parallel', '2'], engine);
    expect(first.exitCode).toBe(0);
    expect(first.err).toMatch(/^rate: 12 trials by tpe, 0 known from runs in .*e\.db, 2 at a time/);
    expect(first.err).toMatch(
      /\ntrial 1, learningRate\.rate [\d.e-]+: validation_error_percent [\d.]+, after 3 epochs\n/,
    );
    expect(first.err).toContain(', the best so far\n');
    expect(first.out).toMatch(
      /\nbest: trial \d+, learningRate\.rate [\d.e-]+: validation_error_percent [\d.]+, after 3 epochs\n/,
    );
    expect(first.out).toMatch(/\n[\d.]+ better than trial \d+ \(95% interval ±[\d.]+: (not )?told apart\)\n/);
    const trained = countRuns();
    const again = await sweep([file, '--db', db], engine);
    expect(again).toMatchObject({ exitCode: 0, out: first.out });
    expect(again.err).toContain('12 known from runs');
    expect(countRuns()).toBe(trained);
    const [best] = await query(db, 'SELECT sweep, value, runs FROM best_trials');
    const [{ least }] = (await query(
      db,
      "SELECT min(value) AS least FROM trials WHERE state = 'complete'",
    )) as [{ least: number }];
    expect(best).toEqual({ sweep: 'rate', value: least, runs: 1 });
  });

  it('goes on with --trials as if it had been asked at once', async () => {
    const { file, db } = writeSearch();
    const { engine, countRuns } = makeEngine();
    await sweep([file, '--db', db], engine);
    await sweep([file, '--db', db, '--trials', '20'], engine);
    const other = writeSearch();
    const atOnce = makeEngine();
    await sweep([other.file, '--db', other.db, '--trials', '20'], atOnce.engine);
    const select = 'SELECT trial, state, settings, epochs, value FROM trials ORDER BY trial';
    expect(await query(db, select)).toEqual(await query(other.db, select));
    expect(countRuns()).toBe(atOnce.countRuns());
  });

  it('takes a run that diverges for the worst in every objective', async () => {
    const { file, db } = writeSearch({
      sampler: 'grid',
      space: { 'learningRate.rate': { values: [0.01, 1] } },
      objective: ['validation_error_percent', 'parameters'],
    });
    const { out } = await sweep([file, '--db', db], makeEngine().engine);
    expect(out).toContain('\n1 trial that no other one is better than:\n');
    const trials = await query(db, 'SELECT objectives FROM trials ORDER BY trial');
    expect(trials).toEqual([
      { objectives: expect.stringMatching(/^\[[\d.]+,\d+\]$/) },
      { objectives: '[null,null]' },
    ]);
  });

  it('does not call a trial that diverged the best so far', async () => {
    const space = { 'learningRate.rate': { choice: [1, 0.01] } };
    const { file, db } = writeSearch({ sampler: 'grid', space });
    const { err } = await sweep([file, '--db', db], makeEngine().engine);
    expect(err).toMatch(/\ntrial 1, .*: validation_error_percent diverged, after 0 epochs\n/);
    expect(err).toMatch(/\ntrial 2, .*, after 3 epochs, the best so far\n/);
  });

  it('leaves what was recorded of it if it cannot be searched any more', async () => {
    const { file, db } = writeSearch({ trials: 3 });
    await sweep([file, '--db', db], makeEngine().engine);
    const select = 'SELECT trial, value FROM trials';
    const before = await query(db, select);
    writeFileSync(
      file,
      JSON.stringify({ name: 'rate', base: BASE, search: { ...SEARCH, constraints: ['parameters < 10'] } }),
    );
    expect(await sweep([file, '--db', db], makeEngine().engine)).toMatchObject({ exitCode: 2 });
    expect(before).toHaveLength(3);
    expect(await query(db, select)).toEqual(before);
    expect(await query(db, 'SELECT count(*) AS n FROM sweep_points')).toEqual([{ n: 3 }]);
  });

  it('gives trials up, marks their runs, and goes on with them by hand', async () => {
    const { file, db } = writeSearch({ trials: 9, pruner: { kind: 'successive-halving' } });
    const { engine } = makeEngine();
    expect((await sweep([file, '--db', db, '--trials', '4'], engine)).err).toContain(
      'rate: 4 trials leave a cohort unfilled, which then waits: --trials 6 fills it\n',
    );
    const { exitCode, err } = await sweep([file, '--db', db], engine);
    expect(exitCode).toBe(0);
    expect(err).toContain('given up after 1 epoch');
    const states = await query(db, 'SELECT state, count(*) AS n FROM all_runs GROUP BY state');
    expect(states).toContainEqual({ state: 'pruned', n: 6 });
    const page = join(makeFolder(), 'rate.html');
    expect(await report(['rate', '--db', db, '--out', page])).toMatchObject({ exitCode: 0 });
    const told = readFileSync(page.replace('.html', '.md'), 'utf8');
    expect(told).toContain('6 given up early');
    // They have come to what they were to.
    expect(told).not.toContain('Missing:');
    const listed = await runs(['ls', '--state', 'pruned', '--db', db]);
    expect(listed.out).toContain('pruned');
    const [pruned] = (await query(
      db,
      "SELECT learning_rate AS rate, run_id, reason FROM all_runs WHERE state = 'pruned'",
    )) as [{ rate: number; run_id: number; reason: string }];
    expect(pruned.reason).toMatch(/^given up by the search rate as trial \d+, after 1 of 3 epochs$/);
    const grid = join(makeFolder(), 'one.json');
    writeFileSync(
      grid,
      JSON.stringify({ name: 'one', base: { ...BASE, 'learningRate.rate': pruned.rate }, points: [{}] }),
    );
    expect((await sweep([grid, '--db', db], engine)).exitCode).toBe(0);
    expect(
      await query(
        db,
        `SELECT state, completed_epochs AS epochs FROM all_runs WHERE run_id = ${pruned.run_id}`,
      ),
    ).toEqual([{ state: 'done', epochs: 3 }]);
  });

  it('takes means over seeds, and tells how sure the best one is from them', async () => {
    const { file, db } = writeSearch({ seeds: 3, trials: 5 });
    const { exitCode, out } = await sweep([file, '--db', db, '--seed', '7'], makeEngine().engine);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/better than trial \d+ \(95% interval ±0\.023: told apart\)/);
    expect(await query(db, 'SELECT DISTINCT runs FROM trials')).toEqual([{ runs: 3 }]);
    expect(await query(db, 'SELECT DISTINCT seed FROM all_runs ORDER BY seed')).toEqual([
      { seed: 7 },
      { seed: 8 },
      { seed: 9 },
    ]);
  });

  it('finds the front of several objectives', async () => {
    const space = { ...SEARCH.space, width: { values: [0.2, 0.5, 1] } };
    const { file, db } = writeSearch({
      space,
      objective: ['validation_error_percent', 'parameters', 'multiply_adds'],
      trials: 15,
    });
    const { exitCode, out } = await sweep([file, '--db', db], makeEngine().engine);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/\n\d+ trials? that no other one is better than:\n/);
    const trials = (await query(db, "SELECT trial, objectives FROM trials WHERE state = 'complete'")).map(
      ({ trial, objectives }) => ({
        trial,
        scores: JSON.parse(objectives as string) as (number | null)[],
      }),
    );
    const finite = trials.filter(({ scores }) => scores[0] !== null) as { trial: number; scores: number[] }[];
    const front = finite.filter(
      (one) =>
        !finite.some(
          ({ scores }) =>
            scores.every((s, i) => s <= one.scores[i]!) && scores.some((s, i) => s < one.scores[i]!),
        ),
    );
    expect(await query(db, 'SELECT trial FROM best_trials ORDER BY trial')).toEqual(
      front.map(({ trial }) => ({ trial })),
    );
  });

  it.each(['tpe', 'sobol', 'random'])(
    'by %s leaves out what is no spec where there are constraints',
    async (sampler) => {
      const { file, db } = writeSearch({
        sampler,
        space: { width: { uniform: [-1, 1] } },
        constraints: ['width > 0'],
      });
      expect(await sweep([file, '--db', db], makeEngine().engine)).toMatchObject({ exitCode: 0 });
      const [found] = await query(
        db,
        "SELECT count(*) AS n, min(settings ->> 'width') > 0 AS ok FROM trials",
      );
      expect(found).toEqual({ n: 12, ok: 1 });
    },
  );

  it('begins no more runs after --minutes, says that this alone is not repeatable, and goes on', async () => {
    const { file, db } = writeSearch();
    const engine = new FakeEngine();
    engine.runOne = async (spec, options) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return runOne(spec, options);
    };
    const { exitCode, err } = await sweep([file, '--db', db, '--minutes', '.01'], engine);
    expect(exitCode).toBe(0);
    expect(err).toContain('How far a search comes in a time is not repeatable; its trials are');
    const [{ n }] = (await query(db, "SELECT count(*) AS n FROM trials WHERE state = 'complete'")) as [
      { n: number },
    ];
    expect(n).toBeGreaterThan(0);
    expect(n).toBeLessThan(12);
    expect((await sweep([file, '--db', db], makeEngine().engine)).err).toContain(`${n} known from runs`);
  });

  it('tells by its exit code of a run that failed before --minutes were over', async () => {
    const { file, db } = writeSearch();
    const engine = new FakeEngine();
    engine.runOne = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      throw new Error('out of memory');
    };
    const { exitCode, err } = await sweep([file, '--db', db, '--minutes', '.01'], engine);
    expect(err).toContain('are over');
    expect(exitCode).toBe(1);
  });

  it('shows the space and the first trials with --dry-run, and makes no database', async () => {
    const { file, db } = writeSearch({ constraints: ['parameters <= 1000000'] });
    const { exitCode, out } = await sweep([file, '--db', db, '--dry-run'], makeEngine().engine);
    expect(exitCode).toBe(0);
    expect(out).toContain('learningRate.rate  0.0001 to 1, logarithmic');
    expect(out).toContain('where parameters <= 1000000\n');
    expect(out).toMatch(/\nnext: trial 2, learningRate\.rate [\d.e-]+, to all 3 epochs\n/);
    const json = await sweep([file, '--db', db, '--dry-run', '--json'], makeEngine().engine);
    expect(
      json.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).trial),
    ).toEqual([1, 2]);
  });

  it('warns of a search that chooses by the test images, and of lanes without work', async () => {
    const { file, db } = writeSearch({ objective: 'test_error_percent', lag: 1, trials: 2 });
    const { err } = await sweep([file, '--db', db, '--parallel', '2', '--workers', '1'], makeEngine().engine);
    expect(err).toContain('warning: the search chooses by test_error_percent');
    expect(err).toContain(
      'rate: a trial is chosen from all but the last 1, so that at most 1 of 2 runs side by side have work.',
    );
    const more = await sweep([file, '--db', db, '--parallel', '1'], makeEngine().engine);
    expect(more.err).not.toContain('side by side');
  });

  it.each<[object, object, string[], string]>([
    [
      { space: { 'network.layers.0.filters': { int: [8, 64] } } },
      BASE,
      [],
      'expected a network that is written out layer by layer',
    ],
    [{ space: { optimizer: { choice: ['sgd', 'sdg'] } } }, BASE, [], "'sdg'"],
    [{ space: { width: { uniform: [-1, 1] } } }, BASE, [], "rate.json: width 0: field 'width'"],
    [
      { space: { width: { uniform: [-1, 1] } } },
      BASE,
      ['--epochs', '2'],
      "rate.json: width 0, --epochs 2: field 'width'",
    ],
    [
      { space: { widht: { uniform: [0.1, 1] } } },
      BASE,
      [],
      "rate.json: search.space: unknown field 'widht'. Did you mean 'width'?",
    ],
    [{}, { ...BASE, validationCount: 0 }, [], 'Give base.validationCount'],
    [
      { objective: 'test_rmse' },
      BASE,
      [],
      'expected a metric that mnist has, whose images have classes, found test_rmse',
    ],
    [{ constraints: ['widht < 1'] }, BASE, [], 'search.constraints[0]: expected fields of a spec'],
    [{ constraints: ['parameters < 10'] }, BASE, [], 'found none in 1000 choices'],
    [
      { space: { width: { uniform: [-1, 1] } }, constraints: ['width > 2'] },
      BASE,
      [],
      'found none in 1000 choices (the first that is no spec: ',
    ],
    [
      {
        sampler: 'grid',
        space: { optimizer: { choice: ['sgd', 'adamw'] } },
        constraints: ['parameters < 10'],
      },
      BASE,
      [],
      'found none in all that it has',
    ],
    [{ images: 2399 }, BASE, [], 'expected at least the 2400 of the first trial, found 2399'],
    [{ pruner: { kind: 'successive-halving' } }, BASE, ['--trials', '2'], 'expected at least the 3 that'],
    [
      { pruner: { kind: 'median', minEpochs: 3 } },
      BASE,
      [],
      'search.pruner: expected it to look at trials before their end after 3 epochs, found none',
    ],
    [{ pruner: { kind: 'hyperband' } }, BASE, ['--epochs', '1'], 'before their end after 1 epochs'],
    [
      {
        pruner: { kind: 'median', minEpochs: 5 },
        space: { ...SEARCH.space, epochs: { int: [1, 5] } },
      },
      BASE,
      [],
      'before their end after 5 epochs',
    ],
    [{}, BASE, ['--set', 'learningRate.rate=0.1'], 'expected each field once'],
    [{}, BASE, ['--ignore-hash'], '--ignore-hash: expected it with a grid'],
    [{ pruner: { kind: 'median' } }, BASE, ['--restart'], '--restart: expected a search without a pruner'],
    [{}, BASE, ['--profile'], '--profile: expected it with a grid'],
    [{}, BASE, ['--no-wait'], '--no-wait: expected it with a grid'],
    [
      { pruner: { kind: 'median' } },
      BASE,
      ['--no-checkpoints'],
      'expected checkpoints, from which trials go on',
    ],
  ])('refuses %j over %j with %j in one line', async (search, base, options, message) => {
    const { file, db } = writeSearch(search, base);
    const { exitCode, err } = await sweep([file, '--db', db, ...options], makeEngine().engine);
    expect(err).toContain(message);
    expect(err.match(/^(?!warning: ).+$/gm)).toHaveLength(1);
    expect(exitCode).toBe(2);
  });

  it.each([
    ['--trials', '5'],
    ['--minutes', '5'],
  ])('refuses %s with a grid', async (...option) => {
    expect(await sweep(['15.6f', ...option])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('expected a file with a "search"'),
    });
  });

  it('goes as far as it can if a run fails, and exits with 1', async () => {
    const { file, db } = writeSearch();
    const engine = new FakeEngine();
    let count = 0;
    engine.runOne = (spec, options) => {
      if (++count === 3) throw new Error('out of memory');
      return runOne(spec, options);
    };
    const { exitCode, err, out } = await sweep([file, '--db', db, '--parallel', '1'], engine);
    expect(exitCode).toBe(1);
    expect(err).toContain('failed: out of memory');
    expect(out).toContain('next: trial 3');
    expect((await sweep([file, '--db', db], makeEngine().engine)).exitCode).toBe(0);
  });
});
