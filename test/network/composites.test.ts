import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { describeLayer } from '../helpers/layer-suite.js';
import { makeSmallNetwork, randomNumbers, spacedNumbers } from '../helpers/small-network.js';

const convolution = (filters: number, options: Record<string, unknown> = {}) => ({
  kind: 'convolution',
  kernel: [2, 1],
  padding: 'same',
  filters,
  ...options,
});
const tanh = { kind: 'tanh' };
const sigmoid = { kind: 'sigmoid' };
const normalization = { kind: 'batch-normalization' };

describeLayer('residual', [
  {
    name: 'identity',
    layer: { kind: 'residual', body: [convolution(2, { kernel: 3 }), tanh, convolution(2)] },
    input: [3, 4, 2],
    output: [3, 4, 2],
  },
  {
    name: 'shortcut',
    layer: {
      kind: 'residual',
      body: [convolution(4, { stride: 2 }), normalization, sigmoid, convolution(4), normalization],
      shortcut: [convolution(4, { kernel: 1, stride: 2 })],
    },
    input: [5, 4, 2],
    output: [3, 2, 4],
  },
  {
    name: 'branches that begin and end in place',
    layer: { kind: 'residual', body: [tanh, convolution(3), sigmoid], shortcut: [sigmoid] },
    input: [3, 4, 3],
    output: [3, 4, 3],
  },
  {
    name: 'nested',
    layer: {
      kind: 'residual',
      body: [
        { kind: 'residual', body: [convolution(2), tanh] },
        { kind: 'branches', branches: [[convolution(1)], [], [convolution(1), sigmoid]], join: 'concat' },
        convolution(2),
      ],
      shortcut: [{ kind: 'residual', body: [convolution(2)], shortcut: [convolution(2)] }],
    },
    input: [3, 2, 2],
    output: [3, 2, 2],
  },
  {
    name: 'stochastic depth',
    layer: {
      kind: 'residual',
      body: [convolution(3), tanh],
      shortcut: [convolution(3)],
      dropPath: 0.4,
    },
    input: [5, 4, 2],
    output: [5, 4, 3],
  },
  {
    name: 'fully connected',
    layer: { kind: 'residual', body: [{ kind: 'fully-connected', units: 7 }, tanh, { kind: 'dropout' }] },
    input: [1, 1, 7],
    output: [1, 1, 7],
  },
]);

describeLayer('branches', [
  {
    name: 'concat',
    layer: {
      kind: 'branches',
      branches: [
        [convolution(2, { kernel: 1 })],
        [convolution(3), tanh],
        [{ kind: 'average-pooling', kernel: 3, stride: 1, padding: 1 }, convolution(1)],
      ],
      join: 'concat',
    },
    input: [3, 3, 2],
    output: [3, 3, 6],
  },
  {
    name: 'concat with the identity',
    layer: { kind: 'branches', branches: [[], [normalization, tanh, convolution(17)]], join: 'concat' },
    input: [3, 3, 2],
    output: [3, 3, 19],
  },
  {
    name: 'add',
    layer: {
      kind: 'branches',
      branches: [[convolution(2)], [sigmoid], [], [convolution(2), tanh]],
      join: 'add',
    },
    input: [3, 4, 2],
    output: [3, 4, 2],
  },
  {
    name: 'identities',
    layer: { kind: 'branches', branches: [[], [], []], join: 'add' },
    input: [2, 3, 3],
    output: [2, 3, 3],
  },
  {
    name: 'one',
    layer: { kind: 'branches', branches: [[convolution(2), tanh]], join: 'concat' },
    input: [4, 4, 1],
    output: [4, 4, 2],
  },
]);

const kernels = loadKernels(availableKernelNames()[0]!);

/** A forward pass on numbers that follow from their number alone. */
function compute(options: { layers: readonly unknown[]; images: number; training?: boolean }) {
  const small = makeSmallNetwork({ input: [4, 5, 3], kernels, seed: 3, ...options });
  small.network.input.value.set(spacedNumbers(small.network.input.value.length));
  small.forward();
  return small;
}

describe.each([5, 19])('a composite with %i images', (images) => {
  it.each([
    ['the identity as an empty shortcut', { shortcut: [] }, {}],
    ['no shortcut as the identity', {}, { shortcut: [{ kind: 'identity' }] }],
  ])('takes %s', (_title, one, other) => {
    const [a, b] = [one, other].map((shortcut) =>
      compute({ layers: [{ kind: 'residual', body: [convolution(3), tanh], ...shortcut }], images }),
    );
    expect(a!.network.output.value).toEqual(b!.network.output.value);
  });

  it('adds branches in their order', () => {
    const branches = [0.1, 0.7, 0.3].map((value) => [
      convolution(3, { biasInitializer: { kind: 'constant', value } }),
    ]);
    const layers = [{ kind: 'branches', branches, join: 'add' }];
    const { network, parameters, memory } = compute({ layers, images });
    const outputs = branches.map((branch, i) => {
      const alone = makeSmallNetwork({ input: [4, 5, 3], layers: branch, images, kernels });
      for (const [j, { offset, size }] of alone.parameters.entries()) {
        const from = parameters[2 * i + j]!.offset;
        alone.memory.weights.set(memory.weights.subarray(from, from + size), offset);
      }
      alone.network.input.value.set(network.input.value);
      alone.forward();
      return alone.network.output.value;
    });
    const sum = outputs[0]!.map((y, i) => Math.fround(Math.fround(y + outputs[1]![i]!) + outputs[2]![i]!));
    expect(network.output.value).toEqual(sum);
  });

  it('is evaluated as it is trained', () => {
    const layers = [
      { kind: 'branches', branches: [[convolution(4), { kind: 'relu' }], []], join: 'concat' },
      { kind: 'residual', body: [convolution(5)], shortcut: [{ kind: 'relu' }, convolution(5)] },
    ];
    const [trained, evaluated] = [true, false].map(
      (training) => compute({ layers, images, training }).network.output.value,
    );
    expect(evaluated).toEqual(trained);
  });

  it('may stand first, where one branch learns and another does not', () => {
    const layers = [
      { kind: 'residual', body: [convolution(3), tanh], shortcut: [sigmoid] },
      { kind: 'branches', branches: [[], [convolution(2)]], join: 'concat' },
    ];
    const small = compute({ layers, images });
    const direction = randomNumbers(small.network.output.value.length, 2);
    small.network.output.gradient.set(direction);
    small.backward();
    const [kernel] = small.parameters;
    const gradient = small.memory.gradient[kernel!.offset]!;
    const objective = (change: number) => {
      small.memory.weights[kernel!.offset]! += change;
      small.forward();
      small.memory.weights[kernel!.offset]! -= change;
      return small.network.output.value.reduce((sum, y, i) => sum + y * direction[i]!, 0);
    };
    const numeric = (objective(2e-3) - objective(-2e-3)) / 4e-3;
    expect(numeric / gradient).toBeCloseTo(1, 1);
  });
});
