import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { main } from '../../src/cli/program.js';
import { nameCommand } from '../../src/core/command-name.js';
import { UserError } from '../../src/core/errors.js';
import { explainLoadError } from '../../src/core/load-error.js';
import { readManifest } from '../../src/core/manifest.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { capture } from './fake-command.js';

const scripts = join(findPackageRoot(), 'scripts');
const names = Object.keys(COMMANDS);
const run = (args: readonly string[]) => capture((streams) => main(args, streams));

describe('the program', () => {
  it('tells its version', async () => {
    expect(await run(['--version'])).toMatchObject({ out: `${readManifest().version}\n`, exitCode: 0 });
  });

  it.each([[['--help']], [['help']]])('lists its commands (%j)', async (args) => {
    const { out, exitCode } = await run(args);
    expect(exitCode).toBe(0);
    expect([...out.matchAll(/^ {2}(\S+) {2,}\w/gm)].map(([, name]) => name)).toEqual(names);
  });

  it.each(names)('%s has a summary, a version and help of its own', async (name) => {
    expect((await run([name, '--version'])).out).toBe(`${readManifest().version}\n`);
    const help = await run([name, '--help']);
    expect(help.out).toMatch(new RegExp(`^Usage: ${name} `));
    expect(await run(['help', name])).toEqual(help);
  });

  afterEach(() => vi.unstubAllEnvs());

  it.each(names.filter((name) => name !== 'train'))(
    'refuses that each of the processes of mpirun does %s by itself',
    async (name) => {
      vi.stubEnv('OMPI_COMM_WORLD_SIZE', '2');
      await expect(main([name], process.stdout as never)).rejects.toThrow(
        `mpirun: expected the command train, of which it has several machines do one run, found ${name}, which`,
      );
    },
  );

  it('gives a command what follows its name, and its exit exitCode', async () => {
    const { out, exitCode } = await run(['describe', 'SK', '--set', 'width=0.2']);
    expect(out).toMatch(/^SK/);
    expect(exitCode).toBe(0);
  });

  it.each([
    ['train SK', '--data', 'photos'],
    ['sweep 15.6b', '--db', 'a.db'],
    ['predict a.safetensors a.png', '--top', '3'],
    ['evaluate a.safetensors', '--on', 'test'],
    ['export a.safetensors a.onnx', '--opset', '17'],
    ['features SK', '--out', 'sheets'],
    ['filter a.png b.png', '--kernel', 'sobel'],
    ['describe SK', '--lr', '0.1'],
    ['check SK', '--batch-size', '8'],
    ['data show mnist', '--each', '2'],
    ['runs ls', '--state', 'done'],
    ['report 15.6', '--out', 'a.html'],
    ['bench kernels', '--filter', 'relu'],
  ])('%s refuses a second %s', async (command, option, value) => {
    const [name, ...args] = command.split(' ');
    const twice = [option, value, `${option}=${value}`];
    const { err, exitCode } = await run([name!, ...args, ...twice]);
    expect(err).toBe(`${option}: expected it once, found it twice. Leave one out.\n`);
    expect(exitCode).toBe(2);
  });

  it('refuses an option on both sides of a command of runs, but takes repeatable ones and flags again', async () => {
    const { err } = await run(['runs', '--db', 'a.db', 'ls', '--db', 'b.db']);
    expect(err).toMatch(/^--db: expected it once/);
    const sets = ['--set', 'width=0.2', '--set', 'activation=tanh'];
    expect(await run(['describe', 'SK', ...sets, '--ignore-hash', '--ignore-hash'])).not.toMatchObject({
      err: expect.stringContaining('expected it once'),
    });
  });

  it.each([
    [[], /^convoy: expected a command, found nothing\. Commands: sweep, train, .*\n$/],
    [['swep'], /^convoy: unknown command 'swep'\. Did you mean 'sweep'\? /],
    [['toString'], /^convoy: unknown command 'toString'\. /],
    [['help', 'swep'], /^convoy: unknown command 'swep'\. /],
  ])('says what is wrong with %j', async (args, message) => {
    const { err, exitCode } = await run(args);
    expect(err).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('packages that do not fit', () => {
  it.each([
    ['ERR_DLOPEN_FAILED', 'a.node: invalid ELF header'],
    ['ERR_MODULE_NOT_FOUND', "Cannot find package 'zod' imported from a.js"],
    [undefined, 'Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions:\n- ...'],
  ])('are one line (%s)', (code, message) => {
    const explained = explainLoadError(Object.assign(new Error(message), { code }));
    expect(explained).toBeInstanceOf(UserError);
    expect((explained as Error).message).toBe(
      `convoy: expected packages that fit Node.js ${process.version} on ${process.platform} ${process.arch}, found: ` +
        `${message.split('\n')[0]}. Install them again: npm ci`,
    );
  });

  it('are not what other errors tell of', () => {
    const bug = new TypeError('x is not a function');
    expect(explainLoadError(bug)).toBe(bug);
  });
});

describe('the scripts', () => {
  it('start each command under its name, in a clone', () => {
    const started = readdirSync(scripts)
      .filter((file) => file.endsWith('.js') && file !== 'start-command.js')
      .flatMap((file) => {
        const [, name] =
          /await startCommand\('([^']*)'\)/.exec(readFileSync(join(scripts, file), 'utf8')) ?? [];
        return name === undefined ? [] : [[file, name]];
      });
    // That one is plain JavaScript, since it must run before anything is built.
    const expected = ['convoy', ...names].filter((name) => name !== 'build-native');
    const byFile = new Map(started.map(([file, name]) => [file, name]));
    expect(byFile).toEqual(new Map(expected.map((name) => [`${name}.js`, name])));
  });
});

describe('a command in a message', () => {
  it('is what a user can give, in a clone and where the package is installed', () => {
    expect(nameCommand('sweep', '/home/a/convoy')).toBe('node scripts/sweep.js');
    expect(nameCommand('sweep', '/home/a/project/node_modules/convoy-cnn')).toBe('npx convoy sweep');
  });
});
