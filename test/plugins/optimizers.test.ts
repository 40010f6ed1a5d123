import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { computeIdentity } from '../../src/experiment/identity.js';
import { OPTIMIZER_KINDS, OPTIMIZER_NAMES } from '../../src/optim/optimizers/registry.js';
import { loadPlugins } from '../../src/plugins/load.js';
import { formatOptimizer } from '../../src/report/format-optimizer.js';
import { readRecordedSpec, resolveRunSpec, trimSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { LION, NORMALIZED } from './fake-optimizers.js';
import { makePlugin, makePluginFolder, writeDoubling } from './fake-plugin.js';

/** The message by which a module with that text is refused. */
async function refusalOf(...texts: readonly string[]): Promise<string> {
  const files = texts.map((text, i) => makePlugin(text, `plugin${i + 1}.mjs`));
  const error = await loadPlugins(files).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).not.toContain('\n');
  return (error as UserError).message;
}

function errorOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error('expected a UserError');
}

const lion = await loadPlugins([makePlugin(LION)]);
const edited = await loadPlugins([makePlugin(`${LION}// edited\n`)]);
/** A layer of the optimizer's name, and another optimizer. */
const others = await loadPlugins([
  makePlugin(writeDoubling({ kind: 'lion' })),
  makePlugin(NORMALIZED, 'normalized.mjs'),
]);
const all = await loadPlugins([...lion.modules, ...others.modules].map(({ url }) => url));
const { sha256 } = lion.modules[0]!;

const SPEC = { model: 'SK', optimizer: { kind: 'lion', beta2: 0.98 } };
const identityOf = (spec: object, plugins = lion) =>
  computeIdentity(resolveRunSpec(spec, 'spec', plugins), '00');

describe('a module with an optimizer', () => {
  it('adds it to the built-in kinds', () => {
    expect(Object.keys(lion.optimizers)).toEqual([...OPTIMIZER_NAMES, 'lion']);
    expect(lion.modules).toMatchObject([{ provides: ['lion'], layers: [], optimizers: [{ kind: 'lion' }] }]);
    expect(Object.keys(OPTIMIZER_KINDS)).not.toContain('lion');
  });

  it('may bring a layer too, even of one name', async () => {
    const { modules, layers } = await loadPlugins([makePlugin(writeDoubling({ kind: 'lion' }) + LION)]);
    expect(modules[0]!.provides).toEqual(['lion']);
    expect(layers.lion).toMatchObject({ kind: 'lion' });
  });

  it.each([
    ["slots: ['mean']", "slots: 'mean'", 'field \'slots\': expected array, found "mean".'],
    ["slots: ['mean']", 'slots: [1]', "field 'slots[0]': expected string, found 1."],
    ["slots: ['mean'],", '', "field 'slots': expected array, found nothing."],
    ['move(', 'moves(', "field 'slots': expected a function (or, beside 'move', a list of names), found"],
    ["kind: 'lion'", "kind: 'Lion'", "field 'kind': expected a name of small letters"],
    ['schema(', 'scheme(', "field 'schema': expected a zod schema, or a function that checks the options"],
    ['slots:', 'plan() {}, slots:', "unknown field 'plan'. Valid: "],
  ])('whose %s is %s is refused', async (right, wrong, message) => {
    const refusal = await refusalOf(LION.replace(right, wrong));
    expect(refusal).toMatch(/^plugin plugin1\.mjs: optimizer '[Ll]ion': /);
    expect(refusal).toContain(message);
  });

  it.each([
    ['plan(', 'plans(', "field 'plan': expected a function (or 'move' in its place), found nothing."],
    ['slots: ', "reduces: 'yes', slots: ", 'field \'reduces\': expected true, found "yes".'],
    ['countWorkFloats', 'countFloats', "unknown field 'countFloats'. Did you mean 'countWorkFloats'?"],
  ])('of passes whose %s is %s is refused', async (right, wrong, message) => {
    expect(await refusalOf(NORMALIZED.replace(right, wrong))).toContain(
      `plugin plugin1.mjs: optimizer 'normalized': ${message}`,
    );
  });

  it('whose name exists is refused', async () => {
    expect(await refusalOf(LION.replace("kind: 'lion'", "kind: 'adam'"))).toBe(
      "plugin plugin1.mjs: expected a new optimizer, found 'adam', which is built in. Rename it.",
    );
    expect(await refusalOf(LION, `${LION}// another\n`)).toBe(
      "plugin plugin2.mjs: expected a new optimizer, found 'lion', which plugin plugin1.mjs has too. Rename it.",
    );
  });
});

describe("a run's optimizer of the user's own", () => {
  it('has its options checked, and its defaults filled in', () => {
    const optimizer = { kind: 'lion', beta1: 0.9, beta2: 0.98, weightDecay: 0 };
    expect(resolveRunSpec(SPEC, 'spec', all).optimizer).toEqual(optimizer);
    const resolve = (fields: object) => () => resolveRunSpec({ ...SPEC, ...fields }, 'spec', all);
    expect(errorOf(resolve({ optimizer: { kind: 'lion', beta: 0 } }))).toBe(
      "spec: optimizer lion: unknown field 'beta'. Did you mean 'beta1'? Valid: beta1, beta2, weightDecay.",
    );
    // The name of a layer is no option here.
    expect(errorOf(resolve({ optimizer: { kind: 'lion', name: 'leo' } }))).toContain("unknown field 'name'");
    expect(errorOf(resolve({ optimizer: { kind: 'lion', beta1: 2 } }))).toBe(
      'spec: optimizer lion: beta1: expected a number from 0 to below 1, found 2.',
    );
    expect(errorOf(resolve({ optimizer: 'loin' }))).toContain(
      "unknown optimizer 'loin'. Did you mean 'lion'?",
    );
    expect(errorOf(resolve({ momentum: 0.5 }))).toContain('expected no such field beside the optimizer lion');
  });

  it('has its module in the spec and in the identity, by its bytes alone', async () => {
    expect(resolveRunSpec(SPEC, 'spec', all).plugins).toEqual([{ provides: ['lion'], sha256 }]);
    expect(identityOf(SPEC, all)).toBe(identityOf(SPEC));
    expect(identityOf(SPEC, await loadPlugins([makePlugin(LION, 'elsewhere.mjs')]))).toBe(identityOf(SPEC));
    expect(identityOf(SPEC, edited)).not.toBe(identityOf(SPEC));
  });

  it('leaves runs that do not take it what they were', () => {
    for (const spec of [{ model: 'SK' }, { model: 'SK', optimizer: 'adam' }]) {
      expect(trimSpec(resolveRunSpec(spec, 'spec', all))).toEqual(trimSpec(resolveRunSpec(spec)));
      expect(identityOf(spec, all)).toBe(computeIdentity(resolveRunSpec(spec), '00'));
    }
  });

  it('is asked for again, but not to read about the run', () => {
    const resolved = resolveRunSpec(SPEC, 'spec', lion);
    const recorded = JSON.parse(JSON.stringify(trimSpec(resolved)));
    expect(resolveRunSpec(recorded, 'run 7', all)).toEqual(resolved);
    const asked = `run 7: expected the plugin of lion with SHA-256 ${sha256.slice(0, 12)}…, found`;
    expect(errorOf(() => resolveRunSpec(recorded, 'run 7'))).toContain(`${asked} none. Give its file`);
    expect(errorOf(() => resolveRunSpec(recorded, 'run 7', edited))).toContain(
      `${asked} ${edited.modules[0]!.sha256.slice(0, 12)}…`,
    );
    expect(formatOptimizer(readRecordedSpec(recorded, 'run 7'))).toBe(
      'lion(beta1 0.9, beta2 0.98, weightDecay 0)',
    );
  });

  it('may tell the term of the loss that it descends', async () => {
    const spec = { ...SPEC, reportRegularization: true };
    expect(errorOf(() => resolveRunSpec(spec, 'spec', lion))).toContain(
      'expected an optimizer whose weight decay is a term of the loss, found lion.',
    );
    const withTerm = LION.replace('slots:', 'penaltyOf: ({ weightDecay }) => weightDecay, slots:');
    const plugins = await loadPlugins([makePlugin(withTerm)]);
    const dataset = makeTinyDataset({ train: 20, test: 10 });
    const lossWith = async (reportRegularization: boolean) => {
      const network = 'INPUT(28x28x1) -> FC(10)';
      const optimizer = { kind: 'lion' as const, weightDecay: 0.5 };
      const run = { network, optimizer, epochs: 1, reportRegularization };
      return (await train(run, { dataset, plugins, workers: 1 })).epochs[0]!.testLoss;
    };
    expect(await lossWith(true)).toBeGreaterThan(await lossWith(false));
  });

  it('is refused by one line if it asks for something else than floats', async () => {
    const ask = async (right: string, wrong: string) => {
      const plugins = await loadPlugins([makePlugin(NORMALIZED.replace(right, wrong))]);
      const run = train(
        { network: 'INPUT(28x28x1) -> FC(10)', optimizer: 'normalized' },
        { dataset: makeTinyDataset({ train: 20, test: 10 }), plugins, workers: 1 },
      );
      const error = await run.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      return (error as UserError).message;
    };
    expect(await ask('velocity: size', "velocity: 'all'")).toBe(
      'optimizer normalized: slot velocity of fully-connected1.kernel: expected a whole number of floats, found all. Mend the kind.',
    );
    expect(await ask('parameters.length', '0.5')).toBe(
      'optimizer normalized: countWorkFloats: expected a whole number of floats, found 0.5. Mend the kind.',
    );
  });

  it('fails a run in which it throws, with its reason', async () => {
    const plugins = await loadPlugins([
      makePlugin(LION.replace('const direction', 'null.roar; const direction')),
    ]);
    const run = train(
      { network: 'INPUT(28x28x1) -> FC(10)', optimizer: 'lion' },
      { dataset: makeTinyDataset({ train: 20, test: 10 }), plugins, workers: 2 },
    );
    await expect(run).rejects.toThrow('roar');
  });

  it('is recorded by the command, which trains again to the same bits', () => {
    const folder = makePluginFolder();
    const script = join(findPackageRoot(), 'scripts', 'train.js');
    const args = [
      'SK',
      '--set',
      'width=0.1',
      '--set',
      'optimizer.kind=lion',
      '--set',
      'optimizer.beta2=0.98',
    ];
    const small = [
      '--epochs',
      '1',
      '--set',
      'trainCount=100',
      '--set',
      'testCount=50',
      '--plugin',
      makePlugin(LION),
    ];
    const run = (...more: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args, ...small, ...more], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      return stdout;
    };
    run();
    expect(run('--again', '--workers', '2')).toContain('The weights are those of run 1, to the bit');
    expect(run('--dry-run')).toMatch(/^plugins +lion \(sha256 [0-9a-f]{64}\)$/m);
  });
});
