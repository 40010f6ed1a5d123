import { describe, it } from 'vitest';
import { expandGrid } from '../../src/experiment/grid.js';
import { readGridFile } from '../../src/experiment/grid-file.js';
import { readJsonFile } from '../../src/experiment/json-file.js';
import { applyOverride, parseOverride } from '../../src/experiment/overrides.js';
import { describeNetwork } from '../../src/network/describe.js';
import { parseNetwork } from '../../src/network/spec.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { textMutation } from '../helpers/hostile/mutations.js';
import { type ParseBytes, type Seed, tryMutantFiles, tryMutants } from '../helpers/hostile/try-mutants.js';

const NETWORK = {
  name: 'net',
  input: [12, 12, 3],
  layers: [
    { kind: 'convolution', name: 'conv1', kernel: [3, 3], filters: 4, padding: 'same' },
    { kind: 'batch-normalization' },
    { kind: 'relu' },
    { kind: 'residual', body: [{ kind: 'convolution', kernel: 3, filters: 4, padding: 1 }] },
    {
      kind: 'branches',
      branches: [
        [{ kind: 'convolution', kernel: 1, filters: 2, groups: 2 }],
        [{ kind: 'max-pooling', kernel: 3, stride: 1, padding: 1 }],
      ],
      join: 'concat',
    },
    { kind: 'average-pooling', kernel: 2, stride: 2 },
    { kind: 'fully-connected', units: 10 },
  ],
};
const SPECS = [
  { network: NETWORK, epochs: 2, learningRate: { kind: 'step', rate: 0.1, every: 2, factor: 0.5 }, seed: 3 },
  {
    model: 'SK',
    width: 0.2,
    trainCount: 2000,
    epochs: 2,
    optimizer: { kind: 'adamw', weightDecay: 0.01 },
    clipNorm: 1,
  },
  {
    network: 'INPUT(28x28x1) -> [CONV(5,20) -> POOL(2)]*2 -> FC(10)',
    augmentation: { flip: 'random' },
    averaging: { decay: 0.99 },
  },
];
const GRIDS = [
  {
    name: 'sweep',
    title: 'What?',
    base: { model: 'SK', epochs: 1 },
    grid: { width: [0.1, 0.2], seed: [0, 1] },
  },
  {
    base: { network: NETWORK },
    grid: { 'network.layers.conv1.filters': [2, 4] },
    points: [{ seed: 1 }, { learningRate: 0.1 }],
  },
];
const PATTERNS = [
  'INPUT(28x28x1) -> [[CONV(5,20)]*1 -> POOL(2)?]*2 -> FC(500) -> FC(10)',
  'INPUT(32x32x3) → CONV(3x3,8,s2,p1) → BN → RELU → [CONV(3,8,same)?]*3 → FC(10)',
];
const OVERRIDES = [
  'network.layers.conv1.filters=8',
  'network.layers.-1.units=12',
  'learningRate={"kind":"constant","rate":0.1}',
  'optimizer.kind=adam',
  'augmentation.flip=random',
  'network.layers.4.branches.0.0.filters=2',
  'seed=900719925474099',
];
/** More are a matter of patience: each point takes a millisecond. */
const MAX_POINTS = 64;

const asBytes = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value, null, 1));

describe('changed texts are read, or refused in a line', () => {
  it('specs', async () => {
    const seeds = SPECS.map((spec, i) => ({ name: `spec ${i + 1}`, bytes: asBytes(spec), parse: planSpec }));
    await tryMutantFiles('specs', seeds, { mutation: textMutation });
  });

  it('grids', async () => {
    const seeds = GRIDS.map((grid, i) => ({ name: `grid ${i + 1}`, bytes: asBytes(grid), parse: expand }));
    await tryMutantFiles('grids', seeds, { mutation: textMutation });
  });

  it('overrides', async () => {
    const spec = { ...SPECS[0]! };
    const parse = (bytes: Buffer) => {
      resolveRunSpec(applyOverride(spec, parseOverride(bytes.toString('utf8'))));
    };
    const seeds = OVERRIDES.map((text) => ({ name: text, bytes: asBytes(text), parse }));
    await tryMutants('overrides', seeds, { mutation: textMutation });
  });

  it('patterns', async () => {
    const parse = (bytes: Buffer) => describeNetwork(parseNetwork(bytes.toString('utf8')));
    const seeds: Seed<ParseBytes>[] = PATTERNS.map((text) => ({ name: text, bytes: asBytes(text), parse }));
    await tryMutants('patterns', seeds, { mutation: textMutation });
  });
});

/** As `describe` does. */
function planSpec(file: string): void {
  describeNetwork(resolveRunSpec(readJsonFile(file, 'a spec'), file).network);
}

/** As `sweep --dry-run` does, but for the data. */
function expand(file: string): void {
  const grid = readGridFile(file);
  const points = Object.values(grid.grid).reduce(
    (count, values) => count * values.length,
    grid.points.length,
  );
  if (points <= MAX_POINTS) expandGrid(grid, file);
}
