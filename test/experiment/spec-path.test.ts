import { describe, expect, it } from 'vitest';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { applyOverride, parseOverride } from '../../src/experiment/overrides.js';
import { describeNetwork } from '../../src/network/describe.js';
import { type ResolvedRunSpec, resolveRunSpec } from '../../src/run/spec.js';

const conv = (filters: number, more: object = {}) => ({
  kind: 'convolution',
  kernel: 3,
  padding: 1,
  filters,
  ...more,
});
const SPEC = {
  network: {
    name: 't',
    input: [28, 28, 1],
    layers: [
      conv(4, { name: 'conv1' }),
      { kind: 'relu' },
      {
        kind: 'residual',
        name: 'unit',
        shortcut: [],
        body: [conv(4), { kind: 'relu' }, conv(4, { name: 'last' })],
      },
      {
        kind: 'branches',
        join: 'concat',
        branches: [[conv(2)], [{ kind: 'relu' }, { kind: 'convolution', kernel: 1, filters: 3 }]],
      },
      { kind: 'fully-connected', units: 10 },
    ],
  },
};

function set(spec: Readonly<Record<string, unknown>>, ...texts: string[]): ResolvedRunSpec {
  const changed = texts.map(parseOverride).reduce<Readonly<Record<string, unknown>>>(applyOverride, spec);
  return resolveRunSpec(changed, 'spec');
}

/** Filters and units of the layers, by name. */
function outputsOf({ network }: ResolvedRunSpec): Record<string, number> {
  const { layers } = describeNetwork(network);
  return Object.fromEntries(layers.map(({ name, output }) => [name, output.channels]));
}

describe('a path into a network', () => {
  it.each([
    ['by its name', 'conv1.filters', 'conv1'],
    ['by its kind and count', 'fully-connected1.units', 'fully-connected1'],
    ['by its place', '0.filters', 'conv1'],
    ['by its place from the end', '-1.units', 'fully-connected1'],
    ['by its place from the end, the first', '-5.filters', 'conv1'],
    ['in a body by the name outside', 'unit.convolution1.filters', 'unit.convolution1'],
    ['in a body by the name inside', 'unit.body.0.filters', 'unit.convolution1'],
    [
      'in a branch by the name outside',
      'branches1.branch2.convolution1.filters',
      'branches1.branch2.convolution1',
    ],
    ['in a branch by its place', '3.branches.1.-1.filters', 'branches1.branch2.convolution1'],
  ])('finds a layer %s', (_, path, layer) => {
    // The sum has as many channels as what goes past the body.
    const last = layer === 'conv1' ? ['network.layers.unit.last.filters=12'] : [];
    expect(outputsOf(set(SPEC))[layer]).not.toBe(12);
    expect(outputsOf(set(SPEC, ...last, `network.layers.${path}=12`))[layer]).toBe(12);
  });

  it('finds fields of a composite that its configuration leaves out', () => {
    const unit = 'network.layers.unit';
    expect(set(SPEC, `${unit}.dropPath=0.2`).network.layers[2]).toMatchObject({ dropPath: 0.2 });
    const named = set(SPEC, 'network.layers.branches1.name=fork', 'network.layers.fork.join=concat');
    expect(named.network.layers[3]!.name).toBe('fork');
  });

  it('finds no layer that a field of a composite makes', () => {
    const texts = ['network.layers.unit.dropPath=0.2', 'network.layers.unit.stochastic-depth1.rate=0.3'];
    expect(() => set(SPEC, ...texts)).toThrow(/unknown layer or field 'stochastic-depth1'.*dropPath/);
  });

  it('takes the place of a whole layer, and of a number in a list', () => {
    const changed = set(
      SPEC,
      'network.layers.relu1={"kind":"tanh"}',
      'network.input.-1=3',
      'network.layers.conv1.initializer.kind=he',
    );
    expect(changed.network.layers[1]!.kind).toBe('tanh');
    expect(changed.network.input).toEqual({ height: 28, width: 28, channels: 3 });
  });

  it('leaves the spec that it is given as it is', () => {
    const before = JSON.stringify(SPEC);
    set(SPEC, 'network.layers.-1.units=12');
    expect(JSON.stringify(SPEC)).toBe(before);
  });
});

describe('a path into a learning rate', () => {
  it.each([
    ['that is a number', { learningRate: 0.1 }],
    ['that is not given', {}],
  ])('%s changes a constant one', (_, rate) => {
    expect(set({ model: 'SK', ...rate }, 'learningRate.rate=0.01').learningRate).toMatchObject({
      kind: 'constant',
      rate: 0.01,
    });
  });
});

describe('a path that leads to nothing', () => {
  it.each([
    [
      'network.layers.conv2.filters=8',
      "--set network.layers.conv2.filters=8: unknown layer 'conv2'. Did you mean 'conv1'? Valid: conv1, unit, relu1,",
    ],
    [
      'network.layers.5.units=8',
      "expected a number from 0 to 4, or from -1 to -5, in 'network.layers', found 5. There are: conv1, relu1,",
    ],
    ['network.layers.-6.units=8', 'or from -1 to -5'],
    ['network.layers.1.5.units=8', "unknown field '5'"],
    [
      'network.layers.unit.convolution2.filters=8',
      "network.layers.unit: unknown layer or field 'convolution2'. Did you mean 'convolution1'? Valid: convolution1, ",
    ],
    [
      'network.layers.branches1.branch3.relu1.name=x',
      "unknown layer or field 'branch3'. Did you mean 'branch1'?",
    ],
    [
      'network.layers.branches1.branches.2.0.filters=8',
      "expected a number from 0 to 1, or from -1 to -2, in 'network.layers.branches1.branches', found 2.",
    ],
    ['network.layers.conv1.filtres=8', "unknown field 'filtres'. Did you mean 'filters'?"],
    [
      'network.layers.conv1.kernel.0=8',
      "expected a list in 'network.layers.conv1.kernel', found 3. Give 'network.layers.conv1.kernel' whole.",
    ],
    ['network.input.channels=3', "expected a number in 'network.input', which is a list, found 'channels'."],
    ['network.layers.conv1.stride.0=2', "expected a list in 'network.layers.conv1.stride', found nothing."],
    [
      'network.layers.branches1.branches.0.0.kernel.0=1',
      "expected a list in 'network.layers.branches1.branches.0.0.kernel'",
    ],
    [
      'network.layers.unit.shortcut.0.filters=1',
      "expected something at 0 in 'network.layers.unit.shortcut', found an empty list.",
    ],
    ['network.loos=x', "network: unknown field 'loos'. Did you mean 'loss'?"],
    ['epochs.x=2', "--set epochs.x=2: expected an object in 'epochs', found 1. Give 'epochs' whole."],
    ['dataset.name=mnist', "field 'dataset': expected string, found"],
    ['augmentation.translat=2', "unknown field 'translat' in 'augmentation'. Did you mean 'translate'?"],
    ['learningRate.rat=2', "field 'learningRate.rate': expected number, found nothing."],
    ['lookahead.evry=2', "field 'lookahead.every': expected number, found nothing."],
  ])('%s is told', (text, message) => {
    expect(() => set({ ...SPEC, epochs: 1 }, text)).toThrow(message);
  });

  it('because a number is also the name of another layer', () => {
    const spec = {
      network: {
        input: [28, 28, 1],
        layers: [conv(4, { name: '1' }), conv(4, { name: '2' }), conv(4, { name: '2b' })],
      },
    };
    expect(() => set(spec, 'network.layers.1.filters=8')).toThrow(
      'found 1, which is both, of different layers.',
    );
  });

  it.each([
    ['a pattern', { network: 'INPUT(28x28x1) -> CONV(3,8) -> FC(10)' }],
    ['none', { model: 'SK' }],
  ])('because the network is not written out: %s', (found, spec) => {
    expect(() => set(spec, 'network.layers.convolution1.filters=8')).toThrow(
      `--set network.layers.convolution1.filters=8: expected a network that is written out layer by layer, found ${found}.`,
    );
  });
});

describe('a key of a grid', () => {
  const expand = (grid: object) => expandGrid(parseGrid(grid, 'grid.json', 'grid'), 'grid.json');

  it('may be a path', () => {
    const points = expand({
      base: { ...SPEC, learningRate: 0.1 },
      grid: { 'network.layers.unit.convolution1.filters': [4, 6], 'learningRate.rate': [0.1, 0.2] },
      points: [{ 'augmentation.translate': 1 }],
    });
    const told = points.map(({ spec }) => [
      outputsOf(spec)['unit.convolution1'],
      (spec.learningRate as { rate: number }).rate,
      spec.augmentation.translate,
    ]);
    expect(told).toEqual([
      [4, 0.1, 1],
      [4, 0.2, 1],
      [6, 0.1, 1],
      [6, 0.2, 1],
    ]);
  });

  it('that leads to nothing is told with its place', () => {
    expect(() => expand({ base: SPEC, grid: { 'network.layers.conv9.filters': [4] } })).toThrow(
      "grid.json: grid.network.layers.conv9.filters[0]: unknown layer 'conv9'. Did you mean 'conv1'?",
    );
    expect(() => expand({ base: SPEC, points: [{ 'sede.x': 4 }] })).toThrow(
      "grid.json: points[0]: unknown field 'sede'. Did you mean 'seed'?",
    );
  });
});
