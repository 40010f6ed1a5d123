import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../../src/checkpoint/load.js';
import { UserError } from '../../../src/core/errors.js';
import { readEnvironment } from '../../../src/experiment/environment.js';
import { summarizeTimes } from '../../../src/run/profile.js';
import type { TrainResult } from '../../../src/run/types.js';
import { makeFolder, makeResult, runFake } from '../../experiment/fake-runs.js';
import { FakeEngine, runs, sweep, trainCommand } from '../fake-command.js';

const makeDb = () => join(makeFolder(), 'new/experiments.db');
const SMALL = ['SK', '--set', 'width=0.2', '--epochs', '2'];
const countLines = (text: string) => text.split('\n').filter((line) => line !== '').length;

describe('train', () => {
  it('records a run and prints it; the same command again trains nothing', async () => {
    const db = makeDb();
    const first = await trainCommand([...SMALL, '--db', db]);
    expect(first.exitCode).toBe(0);
    expect(first.err.split('\n')).toEqual([
      `SK: SK-0.2, 18,706 parameters, 60,000 images of mnist, 2 epochs, recorded in ${db}`,
      expect.stringMatching(
        /^SK: 1 run, checkpoints of 161 KB while it runs, a model of 82.1 KB kept; .* free in .*\/runs$/,
      ),
      '    epoch  train loss  train error  test loss  test error  images/s  time left',
      expect.stringMatching(/^ {6}1\/2 {6}1\.0000 {8}4\.50% {5}2\.0000 {7}9\.00% {5}1,000 +\d+ s$/),
      expect.stringMatching(/^ {6}2\/2 {6}0\.5000 {8}4\.00% {5}1\.0000 {7}8\.00% {5}1,000 +0 s$/),
      'SK: done, test error 8.00%, 2 s',
      '',
    ]);
    expect(first.out).toMatch(/\nSK-0\.2 +8\.00 +8\.00 /);
    expect(first.out).toMatch(/\nMost errors: 0 25\.00%\n$/);

    const engine = new FakeEngine();
    engine.runOne = () => Promise.reject(new Error('nothing should run'));
    const second = await trainCommand([...SMALL, '--db', db], engine);
    expect(second).toEqual({
      exitCode: 0,
      out: first.out,
      err: `SK: recorded in ${db} as run 1, nothing to train. --again or --save trains it once more\n`,
    });
    // Runs have their identity from their spec alone, whichever command records them.
    const grid = join(makeFolder(), 'grid.json');
    writeFileSync(grid, JSON.stringify({ base: { model: 'SK', width: 0.2, epochs: 2 } }));
    expect((await sweep([grid, '--db', db])).err).toContain('1 recorded');
  });

  it('trains presets, and keeps all runs of one together', async () => {
    const db = makeDb();
    for (const seed of [0, 1]) {
      const { exitCode } = await trainCommand([
        'vgg16-cifar',
        '--set',
        `seed=${seed}`,
        '--epochs',
        '1',
        '--db',
        db,
      ]);
      expect(exitCode).toBe(0);
    }
    const query = `SELECT sweep, position, dataset, model, batch_size AS batchSize, epochs, learning_rate AS rate
      FROM sweep_results`;
    const { out } = await runs(['query', query, '--db', db, '--json']);
    const run = { sweep: 'vgg16-cifar', dataset: 'cifar10', model: 'vgg16-cifar', batchSize: 128, epochs: 1 };
    expect(JSON.parse(out)).toEqual([
      { ...run, position: 1, rate: 0.05 },
      { ...run, position: 2, rate: 0.05 },
    ]);
  });

  it.each([
    ['a spec', { model: 'BASE', epochs: 1 }, 'BASE'],
    ['a network', { input: [28, 28, 1], layers: [{ kind: 'fully-connected', units: 10 }] }, 'custom'],
  ])('trains %s from a file', async (_what, content, label) => {
    const db = makeDb();
    const file = join(makeFolder(), 'mine.json');
    writeFileSync(file, JSON.stringify(content));
    expect((await trainCommand([file, '--epochs', '1', '--db', db])).err).toMatch(
      new RegExp(`^mine: ${label}, `),
    );
  });

  it('trains a pattern', async () => {
    const pattern = 'INPUT(28x28x1) -> FC(10)';
    const { exitCode, err } = await trainCommand([pattern, '--epochs', '1', '--db', makeDb()]);
    expect([exitCode, err]).toEqual([0, expect.stringContaining(`${pattern}, 7,850 parameters`)]);
    expect(err).toContain(', 1 epoch, recorded in');
  });

  it('shows validation too', async () => {
    const { err } = await trainCommand([...SMALL, '--set', 'validationCount=1000', '--db', makeDb()]);
    expect(err).toContain('59,000 images of mnist');
    expect(err).toMatch(/train error {2}val\. loss {2}val\. error {2}test loss/);
    expect(err).toMatch(/4\.50% {5}3\.0000 {6}10\.00% {5}2\.0000/);
  });

  it('prints with --json one object and nothing else', async () => {
    const db = makeDb();
    const { out } = await trainCommand([...SMALL, '--db', db, '--json']);
    expect(JSON.parse(out)).toMatchObject({ run_id: 1, sweep: 'SK', state: 'done', test_error_percent: 8 });
    expect((await trainCommand([...SMALL, '--db', db, '--json'])).out).toBe(out);
  });

  it('prints with --profile where the time went', async () => {
    const outline = {
      passes: [{ layer: 'conv1', name: 'forward', multiplyAddsPerImage: 1e6, phase: 0 }],
      phases: 1,
    };
    const times = [Float64Array.of(10, 1000, 100, 2, 50, 20)];
    const engine = new FakeEngine();
    engine.runOne = async (spec, { profile }) =>
      makeResult(spec, profile ? { profile: summarizeTimes(outline, times, 100, 'avx2') } : {});
    const { out } = await trainCommand([...SMALL, '--db', makeDb(), '--profile'], engine);
    expect(out).toMatch(/\nconv1 +forward +5\.000 /);
    const json = await trainCommand([...SMALL, '--db', makeDb(), '--profile', '--json'], engine);
    expect(JSON.parse(json.out).profile.passes[0].msPerStep).toBe(5);
  });

  it('refuses what cannot learn, and warns of it if it is forced, in a dry run too', async () => {
    const lone = ['INPUT(28x28x1) -> FC(20) -> BN -> FC(10)', '--set', 'batchSize=1', '--epochs', '1'];
    for (const options of [[], ['--dry-run']]) {
      const command = [...lone, ...options, '--db', makeDb()];
      expect(await trainCommand(command)).toMatchObject({
        exitCode: 2,
        err: expect.stringMatching(/batch-normalization1: .* with --force /),
      });
      const { exitCode, err } = await trainCommand([...command, '--force']);
      expect(exitCode).toBe(0);
      expect(err).toMatch(/^warning: .*: batch-normalization1: expected at least two values a channel .*\n/);
    }
  });

  it('says how a run failed', async () => {
    const engine = new FakeEngine();
    engine.runOne = () => Promise.reject(new UserError('memory: no.'));
    const failed = await trainCommand([...SMALL, '--db', makeDb()], engine);
    expect([failed.exitCode, failed.err]).toEqual([1, expect.stringContaining('SK: failed: memory: no.\n')]);
    expect(failed.err).not.toMatch(/^ +at /m);
    engine.runOne = () => Promise.reject(new TypeError('a bug'));
    expect((await trainCommand([...SMALL, '--db', makeDb()], engine)).err).toMatch(/TypeError: a bug\n +at /);
  });

  it('keeps the epochs so far on Ctrl-C', async () => {
    const db = makeDb();
    const engine = new FakeEngine();
    engine.runOne = (spec, options) => {
      const onEpoch: typeof options.onEpoch = (metrics) => {
        options.onEpoch?.(metrics);
        if (metrics.epoch === 1) process.emit('SIGINT');
      };
      return runFake(spec, { ...options, onEpoch });
    };
    const { exitCode, err } = await trainCommand([...SMALL, '--db', db], engine);
    expect(exitCode).toBe(130);
    expect(err).toContain('Interrupted: the run ends after its step.');
    const row = JSON.parse((await runs(['ls', '--db', db, '--json'])).out)[0];
    expect(row).toMatchObject({ state: 'interrupted', completed_epochs: 1 });
    expect((await trainCommand([...SMALL, '--db', db])).err).toContain('SK: done');
  });
});

describe('train --save', () => {
  /** An engine whose runs have weights. */
  const makeEngine = (changes: Partial<TrainResult> = {}) => {
    const engine = new FakeEngine();
    engine.runOne = async (spec) => makeResult(spec, { weights: new Float32Array(18_962), ...changes });
    return engine;
  };

  it('saves the network, of a recorded run too', async () => {
    const db = makeDb();
    const file = join(makeFolder(), 'new', 'model.safetensors');
    const first = await trainCommand([...SMALL, '--db', db, '--save', file], makeEngine());
    expect([first.exitCode, first.err]).toEqual([0, expect.stringContaining(`SK: saved in ${file}\n`)]);
    expect((await loadCheckpoint(file)).spec.model).toBe('SK');
    rmSync(file);
    const second = await trainCommand([...SMALL, '--db', db, '--save', file], makeEngine());
    expect(second.exitCode).toBe(0);
    expect(second.out).toContain('The weights are those of run 1');
    expect(readdirSync(join(file, '..'))).toEqual(['model.safetensors']);
  });

  it('takes the spec of what it has saved, also where the file has been changed, if it is told to', async () => {
    const db = makeDb();
    const file = join(makeFolder(), 'model.safetensors');
    await trainCommand([...SMALL, '--db', db, '--save', file], makeEngine());
    const again = await trainCommand([file, '--db', db, '--dry-run'], makeEngine());
    expect([again.exitCode, again.out]).toEqual([0, expect.stringMatching(/^state +recorded/m)]);
    const bytes = readFileSync(file);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(file, bytes);
    expect((await trainCommand([file, '--db', db, '--dry-run'], makeEngine())).exitCode).toBe(2);
    const ignored = await trainCommand([file, '--db', db, '--dry-run', '--ignore-hash'], makeEngine());
    expect([ignored.exitCode, ignored.out]).toEqual([0, again.out]);
    expect(ignored.err).toMatch(/^warning: .* It is loaded all the same\.\n/);
    const preset = await trainCommand(['vgg16', '--db', db, '--dry-run', '--ignore-hash'], makeEngine());
    expect(preset.err).toBe('--ignore-hash: expected a saved network, found vgg16. Leave it out.\n');
  });

  it.each(['diverged', 'interrupted'] as const)('saves nothing of a run that %s', async (state) => {
    const file = join(makeFolder(), 'model.safetensors');
    const { exitCode, err } = await trainCommand(
      [...SMALL, '--db', makeDb(), '--save', file],
      makeEngine({ state }),
    );
    expect(exitCode).toBe(1);
    expect(err).toContain(`SK: ${file} is not written, as the run has not come to its end\n`);
    expect(existsSync(file)).toBe(false);
  });

  it('finds out before the training that it cannot', async () => {
    const db = makeDb();
    const folder = makeFolder();
    const engine = makeEngine();
    engine.runOne = () => Promise.reject(new Error('nothing should run'));
    writeFileSync(join(folder, 'file'), '');
    for (const [path, message] of [
      [join(folder, 'file', 'model'), 'cannot be written: a part of the path is no folder'],
      [folder, 'expected a file to write, found a folder.'],
      ['', '--save: expected a file, found nothing.'],
    ] as const) {
      const { exitCode, err } = await trainCommand([...SMALL, '--db', db, '--save', path], engine);
      expect([exitCode, err, countLines(err)]).toEqual([2, expect.stringContaining(message), 1]);
    }
    expect(readdirSync(folder)).toEqual(['file']);
    expect(existsSync(db)).toBe(false);
  });
});

describe('train --dry-run', () => {
  it('counts the steps of a training that ends within an epoch', async () => {
    const plan = await trainCommand(['cifar10-94', '--db', makeDb(), '--dry-run']);
    expect(plan.out).toMatch(/^mini-batches +48 an epoch, 476 in all$/m);
  });

  it('tells the whole spec and whether it is recorded, and makes no database', async () => {
    const db = makeDb();
    const plan = await trainCommand(['vgg16-cifar', '--db', db, '--dry-run']);
    expect(plan.exitCode).toBe(0);
    expect(plan.out).toMatch(/^network +vgg16-cifar, 14,724,042 parameters$/m);
    expect(plan.out).toMatch(/^learningRate +cosine\(rate 0\.05, final 0, warmup 2\)$/m);
    expect(plan.out).toMatch(
      /^mini-batches +391 an epoch, 3,128 in all\ndisk +1 run, checkpoints of 118 MB .*\nstate +missing\n$/m,
    );
    expect(existsSync(db)).toBe(false);
    await trainCommand([...SMALL, '--db', db]);
    expect((await trainCommand([...SMALL, '--db', db, '--dry-run'])).out).toMatch(
      /\nstate +recorded \(run 1\)\n$/,
    );
    const json = JSON.parse((await trainCommand([...SMALL, '--db', db, '--dry-run', '--json'])).out);
    expect(json).toMatchObject({ recorded: true, run_id: 1, spec: { width: 0.2, epochs: 2 } });
  });
});

describe('short forms', () => {
  const SHORT = ['--seed', '3', '--lr', '.5', '--batch-size', '1e2', '--epochs', '1e0'];

  it('of --set change the spec', async () => {
    const { out } = await trainCommand(['vgg16-cifar', '--db', makeDb(), '--dry-run', '--json', ...SHORT]);
    expect(JSON.parse(out).spec).toMatchObject({ seed: 3, batchSize: 100, epochs: 1 });
    expect(JSON.parse(out).spec.learningRate).toMatchObject({ kind: 'cosine', rate: 0.5 });
  });

  it('are no more than short for --set', async () => {
    const long = ['seed=3', 'learningRate.rate=.5', 'batchSize=100', 'epochs=1'].flatMap((text) => [
      '--set',
      text,
    ]);
    const [a, b] = await Promise.all(
      [SHORT, long].map((more) => trainCommand(['SK', '--db', makeDb(), '--dry-run', '--json', ...more])),
    );
    expect(a!.out).toBe(b!.out);
  });
});

describe('--version', () => {
  it('is told', async () => {
    expect(await trainCommand(['--version'])).toEqual({
      exitCode: 0,
      out: `${readEnvironment().versions.convoy}\n`,
      err: '',
    });
  });
});

describe('train --list', () => {
  it('tells the presets', async () => {
    const { exitCode, out } = await trainCommand(['--list']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^vgg16-cifar +VGG-16 with batch normalisation on CIFAR-10$/m);
    expect((await trainCommand(['--list', '--json'])).out).toMatch(/^\{"name":"15\.6b"/);
  });

  it.each([
    [['SK', '--list'], 'train: expected what is to train or --list, found both (SK). Leave one out.\n'],
    [['--list', '--no-wait'], '--no-wait: expected it with what is to train, found --list. Leave it out.\n'],
    [['--save', 'a', '--list'], '--save: expected it with what is to train, found --list. Leave it out.\n'],
  ])('refuses what it would drop: %j', async (args, message) => {
    const { exitCode, out, err } = await trainCommand(args);
    expect([exitCode, out, err]).toEqual([2, '', message]);
  });
});

describe('wrong usage of train', () => {
  it.each([
    [[], 'train: expected a preset, a network or a spec file, found nothing. Presets: 15.6b,'],
    [
      ['vgg61'],
      "train: unknown preset or network 'vgg61'. Did you mean 'vgg11'? Valid: vgg11, vgg16, vgg13, ",
    ],
    [['no/such.json'], 'no/such.json: expected a spec or a network as JSON, found nothing there.'],
    [['vgg16-cifar', '--worker', '2'], "train: unknown option '--worker'. Did you mean '--workers'?"],
    [['vgg16-cifar', 'vgg11-cifar'], 'train: too many arguments'],
    [['vgg16-cifar', '--workers', '0'], "--workers: expected a whole number from 1 to 256, found '0'."],
    [['vgg16-cifar', '--numerics', 'curent'], "--numerics: unknown choice 'curent'. Did you mean 'current'?"],
    [['vgg16-cifar', '--epochs', 'x'], '--epochs: expected a number above 0, 100000 at most'],
    [['vgg16-cifar', '--set', 'sede=1'], "--set: unknown field 'sede'. Did you mean 'seed'?"],
    [['vgg16-cifar', '--set', 'epochs="x"'], 'vgg16-cifar: field \'epochs\': expected number, found "x".'],
    [
      ['vgg16-cifar', '--set', 'dataset=mnist'],
      'vgg16-cifar: expected images of 32×32×3, found 28×28×1 in mnist.',
    ],
    [['BASE', '--set', 'trainCount=60001'], 'expected examples 1 to 60000 of the training data'],
  ])('%j is one line and exit code 2', async (args, message) => {
    const { exitCode, out, err } = await trainCommand([...args, '--db', makeDb()]);
    expect(err).toContain(message);
    expect({ exitCode, out, lines: countLines(err) }).toEqual({ exitCode: 2, out: '', lines: 1 });
  });
});
