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

  it('keeps its meaning when it is parsed again', () => {
    const once = parse(
      { kind: 'max-pooling', kernel: 3, padding: [1, 0] },
      { kind: 'dropout' },
      { kind: 'average-pooling', kernel: 'global' },
    );
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
  ])('is refused with one line: %j', (layer, message) => {
    const text = messageOf(() => parse(layer));
    expect(text).toMatch(message);
    expect(text).not.toContain('\n');
  });

  it('says nothing of one group', () => {
    const layer = { kind: 'convolution', kernel: 5, filters: 20 };
    expect(parse({ ...layer, groups: 1 })).toEqual(parse(layer));
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
  ])('refuses what does not fit: %j', (layer, message) => {
    expect(messageOf(() => plan(layer))).toMatch(message);
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
      { label: 'prelu1.slope', size: 7, initializer: { kind: 'constant', value: 0.25 }, weightDecay: 0 },
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
