import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { describeNetwork } from '../../src/network/describe.js';
import { initializeModel } from '../../src/network/memory.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { ThreadNetwork } from '../../src/network/thread-network.js';
import { spacedNumbers } from '../helpers/small-network.js';

const kernels = loadKernels(availableKernelNames()[0]!);

const convolution = { kind: 'convolution', kernel: 3, padding: 1, filters: 5 };
const normalization = { kind: 'batch-normalization' };
const relu = { kind: 'relu' };
const pooling = { kind: 'max-pooling', kernel: 2 };
const end = { kind: 'fully-connected', units: 3 };
const block = [convolution, normalization, relu, pooling];

type Size = readonly [height: number, width: number];

function parse(layers: readonly unknown[], [height, width]: Size = [8, 8], more: object = {}) {
  return parseNetwork({ input: [height, width, 3], layers: [...layers, end], ...more });
}

/** The names of the steps that compute the pooling behind them. */
function listPooled(
  layers: readonly unknown[],
  { images = 32, ...more }: { images?: number; heads?: object } = {},
) {
  const { steps } = planNetwork(parse(layers, [8, 8], more), {
    batchSize: images,
    slices: 2,
    training: true,
  });
  return steps.flatMap(({ name, config }) => ('pooled' in config && config.pooled ? [name] : []));
}

describe('a max pooling behind batch normalisation', () => {
  it('is left to it, with a ReLU between them or without, also within composites', () => {
    expect(listPooled(block)).toEqual(['batch-normalization1']);
    expect(listPooled([...block, ...block])).toEqual(['batch-normalization1', 'batch-normalization2']);
    expect(listPooled([convolution, normalization, pooling])).toEqual(['batch-normalization1']);
    const branches = {
      kind: 'branches',
      join: 'concat',
      branches: [block, [convolution, normalization, pooling]],
    };
    expect(listPooled([convolution, branches])).toEqual([
      'branches1.branch1.batch-normalization1',
      'branches1.branch2.batch-normalization1',
    ]);
  });

  it.each([
    ['windows that overlap', { ...pooling, stride: 1 }],
    ['larger windows', { ...pooling, kernel: 3 }],
    ['windows with a border', { ...pooling, padding: [0, 1, 0, 1] }],
    ['means', { kind: 'average-pooling', kernel: 2 }],
  ])('stays with %s', (_, other) => {
    expect(listPooled([convolution, normalization, relu, other])).toEqual([]);
  });

  it('stays where others read what lies between, and where something else does', () => {
    const sum = { kind: 'add', inputs: ['max-pooling1', 'max-pooling2'] };
    const both = [...block, { ...pooling, inputs: ['relu1'] }, sum];
    expect(listPooled(both)).toEqual([]);
    expect(listPooled([convolution, normalization, { kind: 'mish' }, pooling])).toEqual([]);
    expect(listPooled([convolution, relu, pooling])).toEqual([]);
    expect(listPooled([normalization, convolution, pooling])).toEqual([]);
  });

  it('stays with images one after another', () => {
    expect(listPooled(block, { images: 4 })).toEqual([]);
  });

  it('is described as a layer of its own, and what lies before it as without memory', () => {
    const { layers } = describeNetwork(parse(block), { batchSize: 32 });
    expect(layers.map(({ kind, activationBytes }) => [kind, activationBytes])).toEqual([
      ['convolution', 4 * 8 * 8 * 5],
      ['batch-normalization', 0],
      ['relu', 0],
      // In lanes, and image after image.
      ['max-pooling', 2 * 4 * 4 * 4 * 5],
      ['fully-connected', expect.any(Number)],
    ]);
  });
});

const SIZES: readonly Size[] = [
  [8, 8],
  // Rows and columns in no window; bands of x that are not those of y; more bands than rows of y.
  [9, 7],
  [5, 8],
  [24, 6],
  [3, 2],
  [2, 2],
];

describe('normalisation that pools comes to the bits of both, one after the other', () => {
  const variants = [
    ['with a ReLU', [convolution, normalization, relu, pooling]],
    ['without', [convolution, normalization, pooling]],
    ['without scales', [convolution, { ...normalization, scale: false }, relu, pooling]],
  ] as const;

  it.each(
    variants.flatMap(([title, layers]) =>
      SIZES.flatMap((size) => [8, 20, 40].map((images) => [title, size, images, layers] as const)),
    ),
  )('%s, maps of %j, %i images', (_, size, images, layers) => {
    const [together, apart] = [true, false].map((fuses) => train(layers, size, images, fuses));
    expect(together).toEqual(apart);
    expect(together!.gradient.some((value) => value !== 0)).toBe(true);
  });

  it.each(SIZES)('in evaluation, maps of %i×%i', (...size) => {
    const [together, apart] = [true, false].map((fuses) => evaluate(block, size, fuses));
    expect(together).toEqual(apart);
  });
});

function bindNetwork(
  layers: readonly unknown[],
  size: Size,
  images: number,
  training: boolean,
  fuses: boolean,
) {
  const plan = planNetwork(parse(layers, size), { batchSize: images, slices: 2, training, fuses });
  const pooled = plan.steps.filter(({ config }) => 'pooled' in config);
  expect(pooled).toHaveLength(fuses ? 1 : 0);
  const network = ThreadNetwork.alone(plan, kernels, { seed: 1 });
  initializeModel(network.memory, plan, 1, kernels, null);
  // Some below zero, so that the least of a window becomes the greatest.
  for (const { name, parameters } of plan.steps) {
    if (!name.startsWith('batch')) continue;
    for (const { offset, size } of parameters) {
      network.memory.weights.set(spacedNumbers(size), offset);
    }
  }
  network.prepare();
  network.placeInputs(spacedNumbers(images * size[0] * size[1] * 3));
  network.forward();
  return network;
}

/** The output and all gradients of one step. */
function train(layers: readonly unknown[], size: Size, images: number, fuses: boolean) {
  const network = bindNetwork(layers, size, images, true, fuses);
  const { output } = network.bound;
  output.gradient.set(spacedNumbers(output.gradient.length));
  network.backward();
  const { gradient, partials } = network.memory;
  return { output: [...output.value], gradient: [...gradient], partials: [...partials] };
}

function evaluate(layers: readonly unknown[], size: Size, fuses: boolean) {
  return [...bindNetwork(layers, size, 20, false, fuses).bound.output.value];
}
