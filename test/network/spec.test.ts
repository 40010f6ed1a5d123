import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';

const parse = (...layers: unknown[]) => parseNetwork({ input: [28, 28, 1], layers });
const plan = (...layers: unknown[]) =>
  planNetwork(parse(...layers), { batchSize: 2, slices: 2, training: true });
const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error('expected an error');
};

describe('a network spec', () => {
  it('is filled in with defaults', () => {
    const [layer] = parse({ kind: 'convolution', kernel: 5, filters: 20 }).layers;
    expect(layer).toMatchObject({ kernel: [5, 5], stride: [1, 1], padding: [0, 0, 0, 0], bias: true });
  });

  it("pads 'same' by the chapter's rule: floor((H − 1) / 2) above, floor(H / 2) below, likewise for columns", () => {
    const [layer] = parse({ kind: 'convolution', kernel: [4, 3], filters: 1, padding: 'same' }).layers;
    expect(layer).toMatchObject({ padding: [1, 2, 1, 1] });
  });

  it("pads 'same' for a kernel's extent with its gaps", () => {
    const convolution = {
      kind: 'convolution',
      kernel: [4, 3],
      filters: 1,
      padding: 'same',
      dilation: [1, 3],
    };
    expect(parse(convolution).layers[0]).toMatchObject({ dilation: [1, 3], padding: [1, 2, 3, 3] });
  });

  it('keeps its meaning when it is parsed again', () => {
    const once = parse(
      { kind: 'max-pooling', kernel: 3, padding: [1, 0] },
      { kind: 'dropout' },
      { kind: 'average-pooling', kernel: 'global' },
    );
    expect(parseNetwork(once)).toEqual(once);
  });

  it('is filled in inside composites too, and keeps its meaning', () => {
    const once = parse({
      kind: 'residual',
      body: [{ kind: 'branches', branches: [[{ kind: 'dropout' }], []], join: 'add' }],
    });
    expect(once.layers).toEqual([
      {
        kind: 'residual',
        body: [{ kind: 'branches', branches: [[{ kind: 'dropout', rate: 0.5 }], []], join: 'add' }],
        shortcut: [],
      },
    ]);
    expect(parseNetwork(once)).toEqual(once);
  });

  it.each([
    [
      { kind: 'convolutoin', kernel: 5, filters: 20 },
      /layer 1: unknown layer kind 'convolutoin'. Did you mean 'convolution'\?/,
    ],
    [{ kind: 'relu', slope: 1 }, /layer 1 \(relu\): unknown field 'slope'/],
    [{ kind: 'convolution', kernel: 5 }, /field 'filters': .*found nothing/],
    [{ kind: 'convolution', kernel: 0, filters: 1 }, /field 'kernel\[0\]': .*found 0/],
    [{ kind: 'convolution', kernel: 2.5, filters: 1 }, /field 'kernel\[0\]': .*found 2.5/],
    [{ kind: 'convolution', kernel: 'big', filters: 1 }, /field 'kernel': expected a number or \[y, x\]/],
    [{ kind: 'convolution', kernel: 3, filters: 1.5 }, /field 'filters': .*found 1.5/],
    [{ kind: 'convolution', kernel: 3, filters: 4, stride: 0 }, /field 'stride\[0\]': .*found 0/],
    [{ kind: 'convolution', kernel: 3, filters: 4, dilation: 0 }, /field 'dilation\[0\]': .*found 0/],
    [{ kind: 'convolution', kernel: 3, filters: 4, padding: -1 }, /field 'padding\[0\]': .*found -1/],
    [
      { kind: 'convolution', kernel: 3, filters: 4, padding: 'valid' },
      /field 'padding': expected 'same', a number/,
    ],
    [{ kind: 'convolution', kernel: 3, filters: 4, initializer: 'xavier' }, /field 'initializer/],
    [{ kind: 'dropout', rate: 1 }, /field 'rate': .*found 1/],
    [
      { kind: 'max-pooling', kernel: 'all' },
      /field 'kernel': expected 'global', a number or \[y, x\].*found "all"/,
    ],
    [{ kind: 'average-pooling', kernel: 0 }, /field 'kernel\[0\]': .*found 0/],
    [
      { kind: 'average-pooling', kernel: 'global', stride: 2 },
      /field 'stride': expected nothing beside the kernel 'global', which covers the input, found \[2,2\]/,
    ],
    [{ kind: 'max-pooling', kernel: 'global', padding: [0, 1] }, /field 'padding': expected nothing beside/],
    [{ kind: 'max-pooling', kernel: 'global', padding: 'same' }, /field 'padding': expected nothing beside/],
    [{ kind: 'max-pooling', kernel: 'global', ceil: true }, /field 'ceil': expected nothing beside/],
    [{ kind: 'average-pooling', kernel: 2, ceil: 1 }, /field 'ceil': .*found 1/],
    [
      { kind: 'trainable-pooling', kernel: 2, down: 'max' },
      /field 'down': expected .*"mean"\|"sum".*found "max"/,
    ],
    [{ kind: 'leaky-relu', slope: -0.1 }, /field 'slope': .*found -0.1/],
    [{ kind: 'elu', alpha: -1 }, /field 'alpha': .*found -1/],
    [{ kind: 'gelu', approximate: 'erf' }, /field 'approximate': expected .*"none"\|"tanh".*found "erf"/],
    [{ kind: 'prelu', slope: 0.25 }, /unknown field 'slope'/],
    [{ kernel: 3 }, /layer 1: expected an object with a 'kind'/],
    ['relu', /layer 1: expected an object with a 'kind', found "relu"/],
    [{ kind: 'residaul', body: [] }, /unknown layer kind 'residaul'. Did you mean 'residual'\?/],
    [{ kind: 'residual' }, /layer 1 \(residual\): field 'body': .*found nothing/],
    [{ kind: 'residual', body: [] }, /layer 1 \(residual\): field 'body': expected .*>=1 items, found \[\]/],
    [
      { kind: 'residual', body: [{ kind: 'relu' }], shortcuts: [] },
      /layer 1 \(residual\): unknown field 'shortcuts'. Did you mean 'shortcut'\?/,
    ],
    [
      { kind: 'residual', body: [{ kind: 'relu' }, { kind: 'convolution', kernel: 3 }] },
      /layer 1 \(residual\) > body > layer 2 \(convolution\): field 'filters': .*found nothing/,
    ],
    [
      { kind: 'residual', body: [{ kind: 'relu' }], shortcut: [{ kind: 'rleu' }] },
      /layer 1 \(residual\) > shortcut > layer 1: unknown layer kind 'rleu'. Did you mean 'relu'\?/,
    ],
    [
      { kind: 'branches', branches: [[], ['relu']], join: 'add' },
      /layer 1 \(branches\) > branch2 > layer 1: expected an object with a 'kind', found "relu"/,
    ],
    [{ kind: 'branches', branches: [], join: 'add' }, /field 'branches': .*found \[\]/],
    [{ kind: 'branches', branches: [[]] }, /field 'join': expected one of "concat"\|"add", found nothing/],
    [{ kind: 'branches', branches: [[]], join: 'sum' }, /field 'join': .*found "sum"/],
  ])('is refused with one line: %j', (layer, message) => {
    const text = messageOf(() => parse(layer));
    expect(text).toMatch(message);
    expect(text).not.toContain('\n');
  });

  it.each([
    [{ kind: 'convolution', kernel: 5, filters: 20 }, { groups: 1 }],
    [{ kind: 'convolution', kernel: 5, filters: 20 }, { dilation: 1 }],
    [{ kind: 'convolution', kernel: [1, 5], filters: 2, dilation: [1, 2] }, { dilation: [3, 2] }],
    [{ kind: 'max-pooling', kernel: 2 }, { ceil: false }],
  ])('of %j says nothing of %j', (layer, more) => {
    expect(parse({ ...layer, ...more })).toEqual(parse(layer));
  });

  it('refuses an unknown loss', () => {
    expect(
      messageOf(() => parseNetwork({ input: [1, 1, 1], layers: [{ kind: 'relu' }], loss: 'squared-l1' })),
    ).toMatch(/unknown loss 'squared-l1'. Did you mean 'squared-l2'\?/);
  });
});

describe('a plan', () => {
  it.each([
    [
      { kind: 'convolution', kernel: 29, filters: 1 },
      /convolution1 \(layer 1\): expected a window of at most 28×28 .*found 29×29/,
    ],
    [
      { kind: 'convolution', kernel: [5, 3], filters: 1, dilation: [8, 1] },
      /expected a window of at most 28×28 .*found 33×3 \(5×3, dilated by 8×1\)/,
    ],
    [
      { kind: 'convolution', kernel: 3, filters: 4, groups: 2 },
      /expected groups that divide 1 input channels and 4 filters, found 2/,
    ],
    [
      { kind: 'convolution', kernel: 3, filters: 2, connections: [[0]] },
      /expected connections of 2 filters, found 1/,
    ],
    [
      { kind: 'convolution', kernel: 3, filters: 2, connections: [[0], [1]] },
      /connections\[1\]: expected each of the input channels 0 to 0 once at most, found \[1\]/,
    ],
    [
      { kind: 'convolution', kernel: 3, filters: 1, connections: [[0, 0]] },
      /connections\[0\]: .* found \[0,0\]/,
    ],
    [{ kind: 'max-pooling', kernel: 2, padding: 2 }, /expected padding smaller than the window \(2×2\)/],
    [
      {
        kind: 'residual',
        body: [
          {
            kind: 'branches',
            name: 'wide',
            branches: [[], [{ kind: 'max-pooling', kernel: 29 }]],
            join: 'add',
          },
        ],
      },
      /custom: residual1 > body > wide > branch2 > max-pooling1 \(layer 1\): expected a window of at most 28×28/,
    ],
    [
      { kind: 'residual', body: [{ kind: 'convolution', kernel: 3, filters: 4 }] },
      /residual1 \(layer 1\): expected one shape .*, found 26×26×4 \(body\) and 28×28×1 \(shortcut\)/,
    ],
    [
      {
        kind: 'branches',
        branches: [
          [],
          [{ kind: 'convolution', kernel: 1, filters: 4 }],
          [{ kind: 'max-pooling', kernel: 2 }],
        ],
        join: 'concat',
      },
      /branches1 \(layer 1\): expected one height and width .*, found 28×28×1 \(branch1\) and 14×14×1 \(branch3\)/,
    ],
  ])('refuses what does not fit: %j', (layer, message) => {
    expect(messageOf(() => plan(layer))).toMatch(message);
  });

  it('refuses two layers of one name', () => {
    const body = [{ kind: 'convolution', kernel: 1, filters: 1, name: 'same' }];
    const residual = { kind: 'residual', name: 'one', body };
    expect(messageOf(() => plan(residual, residual))).toMatch(
      /custom: one \(layer 2\): expected a name that no other layer has, found 'one', which is also one \(layer 1\)/,
    );
    expect(messageOf(() => plan({ ...residual, shortcut: body }, { ...body[0], name: 'one.same' }))).toMatch(
      /one\.same \(layer 2\): .* found 'one\.same', which is also one > body > same \(layer 1\)/,
    );
  });

  it('takes composites apart, and names what is inside', () => {
    const convolution = { kind: 'convolution', kernel: 1, filters: 1 };
    const { steps, tensors, parameterCount } = plan(
      convolution,
      {
        kind: 'residual',
        body: [convolution, { kind: 'branches', branches: [[convolution], [convolution]], join: 'concat' }],
        shortcut: [convolution, { ...convolution, name: 'wide', filters: 2 }],
      },
      { kind: 'branches', branches: [[{ kind: 'relu' }], []], join: 'add' },
    );
    expect(steps.map(({ name }) => name)).toEqual([
      'convolution1',
      'convolution1.readers',
      'residual1.convolution1',
      'residual1.convolution1.readers',
      'residual1.branches1.branch1.convolution1',
      'residual1.branches1.branch2.convolution1',
      'residual1.branches1',
      'residual1.shortcut.convolution1',
      'residual1.shortcut.wide',
      'residual1',
      'residual1.readers',
      'branches1.branch1.relu1',
      'branches1',
    ]);
    expect(parameterCount).toBe(5 * 2 + 4);
    expect(tensors.at(-1)).toMatchObject({
      name: 'branches1',
      shape: { height: 28, width: 28, channels: 2 },
    });
    const labels = steps.flatMap((step) => step.parameters.map(({ label }) => label));
    expect(labels[2]).toBe('residual1.convolution1.kernel');
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('gives every dropout its own random numbers, and a plain chain those that it had', () => {
    const dropout = { kind: 'dropout' };
    const residual = { kind: 'residual', body: [dropout, dropout], shortcut: [dropout] };
    const keys = (...layers: unknown[]) =>
      plan(...layers)
        .steps.filter(({ config }) => config.kind === 'dropout')
        .map(({ layerIndex }) => layerIndex);
    expect(keys({ kind: 'relu' }, dropout, { kind: 'relu' }, dropout)).toEqual([1, 3]);
    expect(keys(dropout, residual, dropout)).toEqual([0, 1, 2, 3, 4]);
  });

  it('counts parameters and multiply-adds', () => {
    const { parameterCount, steps } = plan(
      { kind: 'convolution', kernel: 5, filters: 20 },
      { kind: 'max-pooling', kernel: 2 },
      { kind: 'fully-connected', units: 10 },
    );
    expect(parameterCount).toBe(25 * 20 + 20 + 12 * 12 * 20 * 10 + 10);
    expect(steps[0]!.layer.multiplyAddsPerImage).toBe(24 * 24 * 25 * 20);
  });

  it('counts the weights that groups and connection tables leave', () => {
    const { parameterCount, steps } = plan(
      { kind: 'convolution', kernel: 5, filters: 6 },
      { kind: 'convolution', kernel: 3, filters: 4, groups: 2 },
      { kind: 'convolution', kernel: 2, filters: 3, connections: [[0], [1, 2], [0, 1, 2, 3]] },
    );
    expect(parameterCount).toBe(25 * 6 + 6 + (9 * 3 * 4 + 4) + (4 * 7 + 3));
    const costs = steps.map(({ layer }) => layer.multiplyAddsPerImage);
    expect(costs).toEqual([24 * 24 * 25 * 6, 22 * 22 * 9 * 3 * 4, 21 * 21 * 4 * 7]);
    expect(steps[1]!.parameters[0]).toMatchObject({ fanIn: 27, fanOut: 18 });
  });

  it('works in place where nobody reads what is written over', () => {
    const { tensors } = plan(
      { kind: 'convolution', kernel: 3, filters: 2 },
      { kind: 'relu' },
      { kind: 'sigmoid' },
      { kind: 'max-pooling', kernel: 2 },
      { kind: 'dropout' },
    );
    const [, convolution, relu, sigmoid, pooling, dropout] = tensors;
    expect(relu!.offset).toBe(convolution!.offset);
    expect(sigmoid!.offset).not.toBe(relu!.offset);
    expect(dropout!.offset).not.toBe(pooling!.offset);
  });

  it('pools a whole feature map with the kernel global, whatever its size', () => {
    for (const input of [
      [7, 5, 3],
      [1, 1, 3],
    ]) {
      const layers = [{ kind: 'average-pooling', kernel: 'global' }];
      const spec = parseNetwork({ input, layers });
      const [step] = planNetwork(spec, { batchSize: 2, slices: 2, training: true }).steps;
      expect(step!.layer.output).toEqual({ height: 1, width: 1, channels: 3 });
      expect(step!.layer.window).toMatchObject({ kernel: input.slice(0, 2) });
    }
  });

  it('keeps the input of activations whose output does not tell it', () => {
    for (const kind of ['gelu', 'prelu']) {
      const { tensors } = plan({ kind: 'convolution', kernel: 3, filters: 2 }, { kind }, { kind: 'elu' });
      expect(tensors[2]!.offset, kind).not.toBe(tensors[1]!.offset);
      expect(tensors[3]!.offset, kind).toBe(tensors[2]!.offset);
    }
  });

  it('begins PReLU with a slope of 0.25 for each channel and decays none, as He et al. 2015', () => {
    const { steps } = plan({ kind: 'convolution', kernel: 3, filters: 7 }, { kind: 'prelu' });
    expect(steps[1]!.parameters).toMatchObject([
      {
        label: 'prelu1.slope',
        size: 7,
        initializer: { kind: 'constant', value: 0.25 },
        weightDecayFactor: 0,
      },
    ]);
  });

  it('has no gradient for the input', () => {
    const { tensors } = plan(
      { kind: 'max-pooling', kernel: 2 },
      { kind: 'convolution', kernel: 3, filters: 2 },
    );
    expect(tensors.map(({ needsGradient }) => needsGradient)).toEqual([false, false, true]);
  });
});
