import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { buildModel } from '../../src/models/registry.js';
import { planNetwork } from '../../src/network/plan.js';
import { traceFieldsBack, traceFieldsInInput } from '../../src/network/receptive-field.js';
import { type NetworkSpec, parseNetwork } from '../../src/network/spec.js';

const planOf = (network: NetworkSpec) => planNetwork(network, { batchSize: 1, slices: 1, training: true });
const planLayers = (input: [number, number, number], ...layers: unknown[]) =>
  planOf(parseNetwork({ input, layers }));

describe('receptive fields from the last layer back', () => {
  it('are those of table 15.2 for VGG-16', () => {
    const plan = planOf(buildModel('vgg16', {}, 'test').network);
    const fields = traceFieldsBack(plan);
    // The table's two columns of numbers: layers 1 to 32, and none for the rest.
    const table = [
      212, 210, 210, 208, 208, 104, 102, 102, 100, 100, 50, 48, 48, 46, 46, 44, 44, 22, 20, 20, 18, 18, 16,
      16, 8, 6, 6, 4, 4, 2, 2, 1,
    ];
    const found = plan.steps.map(({ inputs }) => fields[inputs[0]!]);
    expect(found).toEqual([...table.map((size) => [size, size]), ...new Array(6).fill(null)]);
  });

  it('end at a convolution or a pooling that covers its input', () => {
    const conv = { kind: 'convolution', kernel: 3, filters: 2 };
    const heads = [
      { kind: 'convolution', kernel: 6, filters: 4 },
      { kind: 'average-pooling', kernel: 6 },
      { kind: 'fully-connected', units: 4 },
    ];
    for (const head of heads) {
      const fields = traceFieldsBack(planLayers([8, 8, 1], conv, head, { kind: 'relu' }));
      expect(fields).toEqual([[3, 3], [1, 1], null, null]);
    }
  });

  it('end at the output where nothing covers its input', () => {
    const plan = planLayers(
      [12, 13, 1],
      { kind: 'max-pooling', kernel: [2, 3], stride: [2, 1] },
      { kind: 'convolution', kernel: [3, 1], filters: 2, padding: 1 },
    );
    expect(traceFieldsBack(plan)).toEqual([
      [6, 3],
      [3, 1],
      [1, 1],
    ]);
  });
});

describe("receptive fields in the network's input", () => {
  it('grow by (kernel - 1) times the strides before', () => {
    const plan = planLayers(
      [32, 32, 1],
      { kind: 'convolution', kernel: 5, filters: 1 },
      { kind: 'max-pooling', kernel: [3, 2], stride: 2 },
      { kind: 'relu' },
      { kind: 'convolution', kernel: 3, filters: 1, stride: [1, 2] },
      { kind: 'average-pooling', kernel: 2 },
    );
    expect(traceFieldsInInput(plan)).toEqual([
      [1, 1],
      [5, 5],
      [7, 6],
      [7, 6],
      [11, 10],
      [13, 14],
    ]);
  });

  it('count the gaps of a dilated kernel, which covers its input with them', () => {
    const dilated = { kind: 'convolution', kernel: 3, filters: 1, dilation: [2, 3] };
    const plan = planLayers([40, 40, 1], dilated, { kind: 'max-pooling', kernel: 2 }, dilated, dilated);
    expect(traceFieldsInInput(plan)).toEqual([
      [1, 1],
      [5, 7],
      [6, 8],
      [14, 20],
      [22, 32],
    ]);
    const covering = planLayers([7, 9, 1], { kind: 'relu' }, { ...dilated, dilation: [3, 4] });
    expect(traceFieldsBack(covering)).toEqual([[1, 1], [1, 1], null]);
  });
});

describe('receptive fields of branches', () => {
  const convolution = (kernel: number, stride = 1) => ({
    kind: 'convolution',
    kernel,
    stride,
    padding: Math.floor(kernel / 2),
    filters: 1,
  });
  const plan = planLayers(
    [16, 16, 1],
    { kind: 'residual', body: [convolution(3, 2), convolution(3)], shortcut: [convolution(1, 2)] },
    { kind: 'branches', branches: [[], [convolution(5)]], join: 'concat' },
    convolution(3),
  );
  const at = (fields: readonly unknown[]) =>
    Object.fromEntries(plan.tensors.map(({ name }, i) => [name, fields[i]]));

  it('are the largest where paths part', () => {
    expect(at(traceFieldsBack(plan))).toMatchObject({
      branches1: [3, 3],
      'residual1.to.branches1.branch1': [3, 3],
      'residual1.to.branches1.branch2.convolution1': [7, 7],
      residual1: [7, 7],
      'input.to.residual1.convolution1': [19, 19],
      'input.to.residual1.shortcut.convolution1': [13, 13],
      input: [19, 19],
    });
  });

  it('are the largest where paths meet', () => {
    expect(at(traceFieldsInInput(plan))).toMatchObject({
      'residual1.convolution2': [7, 7],
      'residual1.shortcut.convolution1': [1, 1],
      residual1: [7, 7],
      'branches1.branch2.convolution1': [15, 15],
      branches1: [15, 15],
      convolution1: [19, 19],
    });
  });
});

describe('receptive fields around squeeze-excitation', () => {
  const convolution = { kind: 'convolution', kernel: 3, filters: 4, padding: 1 };
  const plan = planLayers(
    [12, 10, 1],
    convolution,
    { kind: 'squeeze-excitation', channels: 4, reduction: 2 },
    { ...convolution, name: 'behind' },
    { kind: 'fully-connected', units: 3 },
  );
  const at = (fields: readonly unknown[], name: string) =>
    fields[plan.tensors.findIndex((tensor) => tensor.name === name)];

  it('go on behind it by the strides of what it gates', () => {
    const fields = traceFieldsInInput(plan);
    // The mean is of the whole map, 12×10, each of which sees 3×3.
    expect(at(fields, 'squeeze-excitation1')).toEqual([14, 12]);
    expect(at(fields, 'behind')).toEqual([16, 14]);
  });

  it('end at the layer that every path to the output passes, not at its mean', () => {
    const fields = traceFieldsBack(plan);
    expect(at(fields, 'behind')).toEqual([1, 1]);
    expect(at(fields, 'squeeze-excitation1')).toEqual([3, 3]);
    // Through the mean.
    expect(at(fields, 'convolution1')).toEqual([12, 10]);
    expect(at(fields, 'input')).toEqual([14, 12]);
  });
});

describe('a kind with a kernel', () => {
  const windowed = Object.entries(LAYER_KINDS).flatMap(([kind, { schema }]) =>
    [
      { kind, kernel: 2 },
      { kind, kernel: 2, filters: 2 },
    ].filter((layer) => (schema as z.ZodType).safeParse(layer).success),
  );

  it.each(windowed)('tells its window: %j', (layer) => {
    const [step] = planLayers([4, 4, 2], layer).steps;
    expect(step!.layer.window?.kernel).toEqual([2, 2]);
  });

  it('is one of several', () => {
    expect(windowed.length).toBeGreaterThanOrEqual(3);
  });
});
