import { describe, expect, it } from 'vitest';
import { describeNetwork } from '../../src/network/describe.js';
import { layOutModel } from '../../src/network/memory.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { parseOptimizer } from '../../src/optim/optimizers/registry.js';
import { planOptimizer } from '../../src/optim/update.js';

const network = parseNetwork({
  name: 'small',
  input: [12, 12, 3],
  layers: [
    { kind: 'convolution', name: 'first', kernel: 3, filters: 4, padding: [0, 1, 0, 1], stride: [1, 2] },
    { kind: 'relu' },
    { kind: 'max-pooling', kernel: 2 },
    { kind: 'batch-normalization' },
    { kind: 'dropout', rate: 0.25 },
    { kind: 'fully-connected', units: 7, bias: false },
    { kind: 'fully-connected', units: 5 },
  ],
});

describe('the description of a network', () => {
  const description = describeNetwork(network, { batchSize: 20, slices: 3 });

  it('has a line for each layer of the spec', () => {
    expect(description.layers.map(({ name, kind, description: text }) => [name, kind, text])).toEqual([
      ['first', 'convolution', '4; 3×3; p=(0, 1, 0, 1), st=1×2'],
      ['relu1', 'relu', ''],
      ['max-pooling1', 'max-pooling', '2×2; p=0, st=2'],
      ['batch-normalization1', 'batch-normalization', ''],
      ['dropout1', 'dropout', '0.25'],
      ['fully-connected1', 'fully-connected', '(5×3×4)×7'],
      ['fully-connected2', 'fully-connected', '7×5'],
    ]);
  });

  it('says what else there is to a window', () => {
    const layers = [
      { kind: 'max-pooling', kernel: 3, stride: 2, ceil: true },
      { kind: 'convolution', kernel: 3, filters: 4, dilation: 2, padding: 'same' },
      { kind: 'convolution', kernel: 3, filters: 4, dilation: [1, 2] },
    ];
    const lines = describeNetwork(parseNetwork({ input: [12, 12, 3], layers })).layers;
    expect(lines.map(({ description, output: { height, width } }) => [description, height, width])).toEqual([
      ['3×3; p=0, st=2, ceil', 6, 6],
      ['4; 3×3; p=2, st=1, d=2', 6, 6],
      ['4; 3×3; p=0, st=1, d=1×2', 4, 2],
    ]);
  });

  it('has a line for each layer inside branches, and for each join', () => {
    const layers = [
      { kind: 'residual', body: [{ kind: 'convolution', kernel: 1, filters: 2 }, { kind: 'relu' }] },
      { kind: 'branches', branches: [[], [{ kind: 'batch-normalization' }]], join: 'concat' },
      { kind: 'residual', body: [{ kind: 'batch-normalization' }] },
    ];
    const lines = describeNetwork(parseNetwork({ input: [4, 4, 2], layers })).layers;
    expect(lines.map(({ name, kind, activationBytes }) => [name, kind, activationBytes])).toEqual([
      ['residual1.convolution1', 'convolution', 128],
      ['residual1.relu1', 'relu', 0],
      ['residual1', 'add', 128],
      ['branches1.branch2.batch-normalization1', 'batch-normalization', 128],
      ['branches1', 'concat', 256],
      ['residual2.batch-normalization1', 'batch-normalization', 256],
      // In place of the body's end; behind it the change of layout.
      ['residual2', 'add', 256],
    ]);
  });

  it("tells an activation's number", () => {
    const layers = [
      { kind: 'leaky-relu' },
      { kind: 'elu', alpha: 0.5 },
      { kind: 'gelu', approximate: 'tanh' },
    ];
    const activations = describeNetwork(parseNetwork({ input: [2, 2, 1], layers }));
    expect(activations.layers.map(({ description: text }) => text)).toEqual(['0.01', '0.5', 'by tanh']);
  });

  it('counts parameters and multiply-adds', () => {
    expect(description.layers.map(({ parameters }) => parameters)).toEqual([
      27 * 4 + 4,
      0,
      0,
      8,
      0,
      60 * 7,
      35 + 5,
    ]);
    expect(description.layers.map(({ multiplyAdds }) => multiplyAdds)).toEqual([
      11 * 6 * 27 * 4,
      0,
      0,
      0,
      0,
      60 * 7,
      35,
    ]);
    expect(description).toMatchObject({ parameters: 580, multiplyAdds: 7128 + 455 });
  });

  it('says what is kept for an image', () => {
    const bytes = description.layers.map(({ activationBytes }) => activationBytes / 4);
    // Batch normalisation gives its output in the other layout as well, dropout works in place.
    expect(bytes).toEqual([11 * 6 * 4, 0, 60, 60 + 60, 0, 7, 5]);
    expect(description.activationBytes / 4).toBe(12 * 12 * 3 + bytes.reduce((sum, one) => sum + one, 0));
  });

  it('says what training takes', () => {
    const plan = planNetwork(network, { batchSize: 20, slices: 3, training: true });
    const { total, activations, activationGradients, model } = description.trainingMemory;
    const needs = planOptimizer(plan, parseOptimizer('sgd', 'test'));
    expect(total).toBe(4 * (plan.activationFloats + layOutModel(plan, needs).floats));
    expect(activations + activationGradients + model).toBe(total);
    expect(activations).toBeGreaterThanOrEqual(20 * description.activationBytes);
  });

  it('counts what the optimizer keeps', () => {
    const adam = parseOptimizer('adam', 'test');
    const options = { batchSize: 20, slices: 3 };
    const { trainingMemory } = describeNetwork(network, {
      ...options,
      needsOf: (plan) => planOptimizer(plan, adam),
    });
    const plan = planNetwork(network, { ...options, training: true });
    const slots = plan.steps
      .flatMap(({ parameters }) => parameters)
      .reduce((floats, { size }) => floats + 16 * Math.ceil(size / 16), 0);
    expect(trainingMemory.total - description.trainingMemory.total).toBe(4 * slots);
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });
});
