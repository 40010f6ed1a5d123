import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeKey, RandomStream, shuffle } from '../../src/core/rng.js';
import { type Shape, sizeOf } from '../../src/core/shape.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import type { BlockPass, Pass, SlicePass, UnitPass } from '../../src/layers/pass.js';
import type { InputImages } from '../../src/layers/whitening.js';
import type { BoundNetwork } from '../../src/network/bind.js';
import { groupIntoPhases } from '../../src/network/phases.js';
import type { Task } from '../../src/network/task-list.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';
import { makeSmallNetwork, randomNumbers } from '../helpers/small-network.js';

const kernels = loadKernels(chooseKernelName());

/** Networks with every kind of pass: in lanes and image after image, cut by units, slices, rows and outputs, joined and branched. */
const SPECS: readonly RunSpec[] = [
  { model: 'SK', width: 0.2 },
  { model: 'SK', width: 1 },
  { model: 'SK', width: 0.5, dropout: 0.2 },
  { model: 'BN' },
  { model: 'BASE' },
  { model: 'lenet5' },
  { model: 'lenet5-modern' },
  { model: 'airbench94', width: 0.5 },
  { model: 'vgg11-cifar', width: 0.5 },
  { model: 'resnet20' },
  { model: 'resnet18', width: 0.25, inputSize: 32, classes: 10 },
  { model: 'googlenet', width: 0.25, inputSize: 32, classes: 10, batchNorm: true },
  { model: 'googlenet', width: 0.0625, inputSize: 32, classes: 10, auxiliary: true },
  { network: 'INPUT(12x12x3) -> [CONV(3,20,p1) -> RELU]*3 -> FC(10)' },
  { network: 'INPUT(8x8x3) -> CONV(3,8) -> BN -> FC(600) -> BN -> DROPOUT -> FC(10)' },
];

/** What a whitening layer makes its kernel of. */
function makeInputs(shape: Shape, images: number): InputImages {
  const size = sizeOf(shape);
  return {
    shape,
    pixels: Uint8Array.from({ length: images * size }, (_, i) => (i * 7919) % 251),
    samples: Int32Array.from({ length: images }, (_, i) => i),
    mean: new Float32Array(size).fill(128),
    scale: new Float32Array(size).fill(1 / 64),
  };
}

/** Hashes of all that steps leave behind for the update and for evaluation. */
function hashSteps(spec: RunSpec, run: (small: ReturnType<typeof makeSmallNetwork>) => void): string[] {
  const { input, layers, heads = [] } = resolveRunSpec(spec).network;
  const images = 40;
  const small = makeSmallNetwork({
    input: [input.height, input.width, input.channels],
    layers,
    heads,
    images,
    kernels,
    slices: 6,
    inputs: makeInputs(input, images),
  });
  const { value } = small.network.input;
  value.set(randomNumbers(value.length, 1));
  run(small);
  return [small.memory.weights, small.memory.partials, small.memory.gradient].map((floats) =>
    createHash('sha256').update(floats).digest('hex'),
  );
}

describe('a step', () => {
  // Whoever needs what another worker makes in the same phase, or writes over what another has still to read, gives other bits in one
  // of the orders.
  it.each(SPECS)('gives the same bits whichever worker is first: %j', (spec) => {
    const alone = hashSteps(spec, ({ step }) => step([0]));
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0],
    ])
      expect(hashSteps(spec, ({ step }) => step(order))).toEqual(alone);
  });

  it.each(SPECS)(
    'gives the same bits in whatever order tasks are done, noted in another step: %j',
    (spec) => {
      const random = new RandomStream(makeKey(1, 'shuffle'));
      const shuffled = (tasks: readonly Task[]) => {
        const order = Int32Array.from({ length: tasks.length }, (_, i) => i);
        shuffle(order, random);
        return Array.from(order, (i) => tasks[i]!);
      };
      /** Steps with and without what was noted before, of two sizes. */
      const atTimes = ({ batch }: BoundNetwork, run: () => void) => {
        for (const [epoch, step, size] of [
          [0, 0, 40],
          [1, 7, 40],
          [2, 11, 23],
          [3, 12, 40],
        ] as const) {
          Object.assign(batch, { epoch, step, size });
          run();
        }
      };
      const plain = hashSteps(spec, ({ network, step }) => atTimes(network, () => step([0])));
      const tasks = hashSteps(spec, ({ network, bindTasks }) => atTimes(network, bindTasks(3, shuffled)));
      expect(tasks).toEqual(plain);
    },
  );
});

describe('groupIntoPhases', () => {
  const slices = (name: string, rest: Partial<SlicePass> = {}): SlicePass => ({
    name,
    over: 'slices',
    waits: false,
    run() {},
    ...rest,
  });
  const units = (name: string, rest: Partial<UnitPass> = {}): UnitPass => ({
    name,
    over: 'units',
    waits: false,
    run() {},
    ...rest,
  });
  const blocks = (name: string, rest: Partial<BlockPass> = {}): BlockPass => ({
    name,
    over: 'blocks',
    waits: false,
    blocks: 1,
    run() {},
    ...rest,
  });
  const group = (...passes: Pass[]) =>
    groupIntoPhases(passes).map(({ strands }) =>
      strands.map((strand) => strand.passes.map(({ name }) => name)),
    );

  it('joins passes over the same tasks, up to one that waits', () => {
    expect(group(units('a'), units('b'), units('c', { waits: true }), units('d'))).toEqual([
      [['a', 'b']],
      [['c', 'd']],
    ]);
  });

  it('begins where tasks are cut another way, and behind a pass that strays', () => {
    expect(group(units('a'), slices('b'), blocks('c'), blocks('d', { strays: true }), blocks('e'))).toEqual([
      [['a']],
      [['b']],
      [['c', 'd']],
      [['e']],
    ]);
  });

  it('lets others pass by what is aside', () => {
    expect(group(units('a'), blocks('b', { aside: true }), units('c'), slices('d'))).toEqual([
      [['a', 'c'], ['b']],
      [['d']],
    ]);
  });

  it('puts off what is aside and waits to the next barrier, or the end', () => {
    const later = { aside: true, waits: true };
    expect(
      group(units('a'), blocks('b', later), units('c'), units('d', { waits: true }), blocks('e', later)),
    ).toEqual([[['a', 'c']], [['b'], ['d']], [['e']]]);
  });
});
