import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { makeTensor } from '../../src/mathematics/matrix.js';
import { describeNetwork } from '../../src/network/describe.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { parseNetwork } from '../../src/network/spec.js';
import { train } from '../../src/train.js';
import { runBoundLayer } from '../helpers/bound-layer.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(3);

/** One image of one row, and a kernel of one element, so that the output is the padded input. */
const convolution = { kind: 'convolution' as const, kernel: 1, filters: 1, bias: false };
const weights = { kernel: Float32Array.of(1) };
const kernels = loadKernels(availableKernelNames()[0]!);

describe('padding by other values than zero', () => {
  it.each([
    {
      mode: { paddingMode: 'reflect' },
      padding: [0, 0, 2, 1],
      y: [3, 2, 1, 2, 3, 2],
      dx: [1 << 2, (1 << 1) + (1 << 3) + (1 << 5), 1 + (1 << 4)],
    },
    {
      mode: { paddingMode: 'replicate' },
      padding: [0, 0, 2, 4],
      y: [1, 1, 1, 2, 3, 3, 3, 3, 3],
      dx: [7, 1 << 3, 0b111110000],
    },
    {
      mode: { paddingMode: 'constant', paddingValue: -0.5 },
      padding: [0, 0, 1, 2],
      y: [-0.5, 1, 2, 3, -0.5, -0.5],
      dx: [2, 4, 8],
    },
  ])("shows and gathers what PyTorch's does: $mode", ({ mode, padding, y, dx }) => {
    const example = {
      layer: { ...convolution, ...mode, padding },
      weights,
      x: [makeTensor(1, 3, 1, (_i, j) => j + 1)],
      // Powers of two tell which places an element was shown at.
      dy: [makeTensor(1, y.length, 1, (_i, j) => 2 ** j)],
      kernels,
    };
    for (const least of [1, 9]) {
      const result = runBoundLayer({ ...example, least });
      expect(result.isInLanes).toBe(least === 9);
      expect(result.y.flat(3)).toEqual(y);
      expect(result.dx.flat(3)).toEqual(dx);
    }
  });

  it('is there with a constant of 0 and ceil as with any other constant', () => {
    const shapeOf = (paddingValue: number) => {
      const pooling = {
        kind: 'average-pooling',
        kernel: 2,
        stride: 3,
        padding: 1,
        ceil: true,
        countPadding: true,
      };
      const layer = { ...pooling, paddingMode: 'constant', paddingValue };
      return describeNetwork(parseNetwork({ input: [3, 5, 1], layers: [layer] })).layers[0]!.output;
    };
    expect(shapeOf(0)).toEqual(shapeOf(0.5));
    expect(shapeOf(0)).toEqual({ height: 2, width: 3, channels: 1 });
  });

  it('is left out of a spec that asks for zeros, or pads nothing', () => {
    const parse = (layer: object) =>
      parseNetwork({ input: [8, 8, 1], layers: [{ ...convolution, ...layer }] });
    const zero = parse({ padding: 1 });
    expect(parse({ padding: 1, paddingMode: 'zero' })).toEqual(zero);
    expect(parse({ padding: 1, paddingMode: 'constant', paddingValue: 0 })).toEqual(zero);
    expect(parse({ paddingMode: 'reflect' })).toEqual(parse({}));
    const reflected = parse({ padding: 1, paddingMode: 'reflect' });
    expect(parseNetwork(reflected)).toEqual(reflected);
  });

  const pooling = { kind: 'average-pooling', kernel: 3, padding: 1 };
  it.each([
    [
      { ...convolution, padding: [0, 0, 0, 6], paddingMode: 'reflect' },
      /^custom: convolution1 \(layer 1\): expected less padding to reflect .*\(8×6×1\), found 0, 0, 0, 6/,
    ],
    [{ ...convolution, padding: 1, paddingMode: 'circular' }, /field 'paddingMode': .*found "circular"/],
    [
      { ...convolution, padding: 1, paddingMode: 'constant' },
      /field 'paddingValue': expected a number beside/,
    ],
    [
      { ...convolution, padding: 1, paddingMode: 'reflect', paddingValue: 1 },
      /field 'paddingValue': expected nothing but beside the paddingMode 'constant', found 1/,
    ],
    [{ ...convolution, padding: 1, paddingValue: 1 }, /field 'paddingValue': expected nothing but beside/],
    [{ ...pooling, paddingMode: 'reflect' }, /field 'paddingMode': expected countPadding: true beside it/],
    [{ ...pooling, kind: 'max-pooling', paddingMode: 'reflect' }, /unknown field 'paddingMode'/],
  ])('is refused where it cannot be: %j', (layer, message) => {
    const plan = () => describeNetwork(parseNetwork({ input: [8, 6, 1], layers: [layer] }));
    expect(plan).toThrow(UserError);
    expect(plan).toThrow(message);
  });

  it('is told by the description, and its memory counted', () => {
    const describe = (layer: object) =>
      describeNetwork(
        parseNetwork({ input: [8, 6, 2], layers: [convolution, { ...convolution, padding: 1, ...layer }] }),
        { batchSize: 4 },
      );
    const [zero, reflect] = [describe({}), describe({ paddingMode: 'reflect' })];
    expect(reflect.layers[1]).toMatchObject({
      description: '1; 1×1; p=1 reflect, st=1',
      output: zero.layers[1]!.output,
      fieldInInput: zero.layers[1]!.fieldInInput,
    });
    // Value and gradient of four images of 10×8, in whole cache lines.
    expect(reflect.trainingMemory.activations - zero.trainingMemory.activations).toBe(4 * 4 * 10 * 8);
    expect(reflect.trainingMemory.total - zero.trainingMemory.total).toBe(2 * 4 * 4 * 10 * 8);
    expect(describe({ paddingMode: 'constant', paddingValue: 0.5 }).layers[1]!.description).toBe(
      '1; 1×1; p=1 constant 0.5, st=1',
    );
  });

  it.each([20, 5])('tests the same on any number of workers (mini-batches of %i)', async (batchSize) => {
    const network: WrittenNetwork = {
      name: 'bordered',
      input: [28, 28, 1],
      layers: [
        { ...convolution, kernel: 3, filters: 4, stride: 2, padding: 1, paddingMode: 'reflect' },
        { kind: 'average-pooling', kernel: 3, padding: 1, paddingMode: 'replicate', countPadding: true },
        { kind: 'fully-connected', units: 10 },
      ],
    };
    const dataset = makeTinyDataset({ train: 60 });
    const results = await Promise.all(
      [1, 3].map(async (workers) => {
        const { epochs, weightsSha256 } = await train(
          { network, batchSize, epochs: 1 },
          { dataset, pool, workers },
        );
        return [weightsSha256, epochs[0]!.testLoss];
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });
});
