import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { applyOverride, parseOverride } from '../../src/experiment/overrides.js';
import { loadPlugins } from '../../src/plugins/load.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { check, describeCommand, type Outcome, sweep, trainCommand } from '../cli/fake-command.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { arrives } from '../helpers/arrives.js';
import { countOf, IS_SOAK, reportFigure } from '../helpers/soak.js';
import { defineBase, listBases, type SpecBase } from '../helpers/spec-bases.js';
import { readPlace, type SpecPlace } from '../helpers/spec-places.js';
import { makePlugin, writeDoubling } from '../plugins/fake-plugin.js';

/** The share in `npm test` is the same every time. */
const SEED = IS_SOAK ? {} : { seed: 12 };

const bases = listBases();

beforeAll(async () => {
  const plugins = await loadPlugins([makePlugin(writeDoubling())]);
  const layers = [
    { kind: 'doubling', name: 'twice', factor: 3 },
    { kind: 'fully-connected', units: 10 },
  ];
  bases.push(defineBase('a plugin', { network: { input: [28, 28, 1], layers } }, plugins));
});

describe('an override', () => {
  const counts = { arrived: 0, refused: 0 };

  it('of any path changes the spec as it says, or is refused', () => {
    const cases = fc
      .constantFrom(...bases)
      .chain((base) => fc.tuple(fc.constant(base), fc.constantFrom(...base.places)))
      .chain(([base, place]) => fc.tuple(fc.constant(base), fc.constant(place), chooseValue(place)));
    fc.assert(
      fc.property(cases, ([base, place, value]) => tryOverride(base, place, value)),
      { numRuns: countOf({ share: 500, whole: 20_000 }), ...SEED },
    );
    // Not all of them are refused.
    expect(Math.min(counts.arrived, counts.refused)).toBeGreaterThan(50);
  });

  it.runIf(IS_SOAK)('of every path of every named network and preset does', { timeout: 3_600_000 }, () => {
    let paths = 0;
    for (const base of bases) {
      for (const place of base.places) {
        paths++;
        for (const value of fc.sample(chooseValue(place), { numRuns: 3, seed: paths }))
          tryOverride(base, place, value);
      }
    }
    reportFigure(
      12,
      `${paths} paths of ${bases.length} specs: ${counts.arrived} overrides arrived, ${counts.refused} were refused`,
    );
  });

  function tryOverride({ name, spec, plugins }: SpecBase, { path, place }: SpecPlace, value: unknown): void {
    const text = `${path}=${writeValue(value)}`;
    const written = JSON.stringify(spec);
    let resolved: ReturnType<typeof resolveRunSpec>;
    try {
      resolved = resolveRunSpec(applyOverride(spec, parseOverride(text)), name, plugins);
    } catch (error) {
      counts.refused++;
      expect(error, text).toBeInstanceOf(UserError);
      return;
    }
    counts.arrived++;
    expect(place, `${name}: ${text} leads to nothing`).not.toBeNull();
    expect(
      arrives(resolved, place!, value),
      `${name}: --set ${text} became ${JSON.stringify(readPlace(resolved, place!))}`,
    ).toBe(true);
    expect(JSON.stringify(spec)).toBe(written);
  }
});

describe('an override on a command line', () => {
  const conv = (filters: number, more: object = {}) => ({
    kind: 'convolution',
    kernel: 3,
    padding: 1,
    filters,
    ...more,
  });
  const SPEC = {
    network: {
      input: [28, 28, 1],
      layers: [
        conv(4, { name: 'conv1' }),
        { kind: 'residual', name: 'unit', body: [conv(4), { kind: 'relu' }, conv(4, { name: 'last' })] },
        { kind: 'fully-connected', units: 10 },
      ],
    },
    learningRate: { kind: 'cosine', rate: 0.1 },
    epochs: 2,
  };
  /** Which `--dry-run` tells as they are for the data. */
  const FITTED = ['trainCount', 'testCount', 'validationCount', 'validationFraction', 'validationFrom'];
  const base = defineBase('a file', SPEC);

  /** An accepted spec and its identity, or null where it is one line and exit code 2. */
  function readOutcome({
    exitCode,
    out,
    err,
  }: Outcome): { spec: ReturnType<typeof resolveRunSpec>; identity: string } | null {
    if (exitCode === 0) return JSON.parse(out);
    expect([exitCode, out], err).toEqual([2, '']);
    // A malformed pattern is shown besides, with a caret under the mistake.
    expect(err).toMatch(/^[^\n]+\n( {2}[^\n]*\n +\^\n)?$/);
    return null;
  }

  it('does the same in every command, and in a grid', async () => {
    const folder = makeFolder();
    const write = (name: string, value: object) => {
      const file = join(folder, name);
      writeFileSync(file, JSON.stringify(value));
      return file;
    };
    const file = write('spec.json', SPEC);
    const whole = write('whole.json', { base: SPEC });
    const cases = fc
      .constantFrom(...base.places)
      .chain((place) => fc.tuple(fc.constant(place), chooseValue(place)));
    const dryRun = ['--dry-run', '--json', '--db', join(folder, 'none.db')];
    await fc.assert(
      fc.asyncProperty(cases, async ([{ path, place }, value]) => {
        const set = ['--set', `${path}=${writeValue(value)}`];
        const trained = readOutcome(await trainCommand([file, ...set, ...dryRun]));
        const swept = readOutcome(await sweep([whole, ...set, ...dryRun]));
        expect(swept?.identity, set[1]).toBe(trained?.identity);
        const grid = write('grid.json', { base: SPEC, grid: { [path]: [value] } });
        const pointed = readOutcome(await sweep([grid, ...dryRun]));
        // A whole network or optimizer given with --set takes the place of what a grid would leave beside it.
        if (pointed !== null && trained !== null) expect(pointed.identity, set[1]).toBe(trained.identity);
        if (trained === null || FITTED.includes(path)) return;
        expect(arrives(trained.spec, place!, value), set[1]).toBe(true);
        const described = await describeCommand([file, ...set, '--spec', '--json']);
        expect(JSON.parse(described.out), set[1]).toEqual(trained.spec.network);
      }),
      { numRuns: countOf({ share: 40, whole: 2_000 }), ...SEED },
    );
  });

  it.each(['network.layers.conv9.filters=8', 'network.layers.-4.units=8', 'seed=1.5', '__proto__.seed=1'])(
    'that leads to nothing is one line and exit code 2 everywhere: %s',
    async (text) => {
      const file = join(makeFolder(), 'spec.json');
      writeFileSync(file, JSON.stringify(SPEC));
      for (const run of [trainCommand, describeCommand, check]) {
        expect(readOutcome(await run([file, '--set', text]))).toBeNull();
      }
    },
  );
});

/** As on a command line: words without quotes. */
function writeValue(value: unknown): string {
  const isWord =
    typeof value === 'string' && /^[a-z][a-z-]*$/i.test(value) && !['true', 'false', 'null'].includes(value);
  return isWord ? value : JSON.stringify(value);
}

const WORDS = [
  'same',
  'global',
  'relu',
  'tanh',
  'none',
  'random',
  'reflect',
  'adam',
  'sgd',
  'muon',
  'cosine',
  'step',
  'he',
  'zero',
  'SK',
  'vgg16-cifar',
];
const PATTERN = 'INPUT(28x28x1) -> CONV(5,20) -> POOL(2) -> FC(10)';
const OBJECTS = [
  { kind: 'adam', beta2: 0.9 },
  { kind: 'cosine', rate: 0.1 },
  { kind: 'relu' },
  { kind: 'convolution', kernel: 3, filters: 4 },
];

/** Values of every type of JSON, those that are like the present one more often. */
function chooseValue({ value }: SpecPlace): fc.Arbitrary<unknown> {
  const any = fc.oneof(
    fc.constantFrom<unknown>(
      0,
      1,
      2,
      3,
      -1,
      0.5,
      100,
      1e9,
      null,
      true,
      false,
      '',
      'x',
      PATTERN,
      [3, 3],
      [1, 2],
      [1, 0, 1, 0],
      [28, 28, 1],
      {},
    ),
    fc.constantFrom<unknown>(...WORDS, ...OBJECTS),
    fc.jsonValue({ maxDepth: 2 }).map((made) => JSON.parse(JSON.stringify(made)) as unknown),
  );
  const like = listLike(value);
  return like.length === 0
    ? any
    : fc.oneof({ arbitrary: fc.constantFrom(...like), weight: 2 }, { arbitrary: any, weight: 1 });
}

function listLike(value: unknown): unknown[] {
  if (typeof value === 'number') return [value, value + 1, 2 * value, value / 2];
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'string') return [value, ...WORDS];
  if (Array.isArray(value)) return [value, value.slice(1), [...value, ...value.slice(0, 1)]];
  if (typeof value === 'object' && value !== null) return [value, { ...value, name: 'renamed' }];
  return [];
}
