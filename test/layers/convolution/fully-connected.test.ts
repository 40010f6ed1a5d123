import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { train } from '../../../src/train.js';
import { openPool } from '../../helpers/open-pool.js';
import { makeSmallNetwork, randomNumbers, type SmallNetworkOptions } from '../../helpers/small-network.js';
import { makeTinyDataset } from '../../helpers/tiny-dataset.js';

const pool = openPool(2);

// Chapter 15.5.8: with kernels as large as the input, a convolution is a fully connected layer. Here the two are one to the bit.

/** Sizes around those at which a layer's work is cut another way: 16,384 and 65,536 weights. */
const SIZES = [
  { input: [1, 1, 9], units: 11 },
  { input: [2, 3, 4], units: 6 },
  { input: [4, 4, 16], units: 33 },
  { input: [4, 4, 50], units: 40 },
  { input: [4, 4, 50], units: 100 },
] as const;

describe.each(availableKernelNames())('fully connected as convolution on %s', (name) => {
  const kernels = loadKernels(name);

  describe.each(SIZES)('%j', ({ input, units }) => {
    const [height, width] = input;
    const covering = { kind: 'convolution', kernel: [height, width], filters: units };
    const connected = { kind: 'fully-connected', units };

    it.each([
      [1, {}],
      [4, { bias: false }],
      [19, { initializer: 'glorot', biasInitializer: { kind: 'gaussian', std: 0.1 } }],
    ])('%i images, %j', (images, options) => {
      const compute = (layer: object) =>
        runOnce({ input, layers: [{ ...layer, ...options }], images, kernels });
      expect(compute(connected)).toEqual(compute(covering));
    });

    it.each([
      ['one image after another', 5],
      // The reference would take minutes with many channels in lanes.
      ...(name === 'reference' && input[2] > 4 ? [] : [['in lanes', 20] as const]),
    ] as const)('behind a convolution with images %s, on 3 workers', (_layout, images) => {
      const before = { kind: 'convolution', kernel: 3, filters: input[2], padding: 'same' };
      const after = { kind: 'fully-connected', units: 3 };
      const compute = (layer: object, workers: number) =>
        runOnce({ input, layers: [before, layer, { kind: 'relu' }, after], images, kernels }, workers);
      expect(compute(connected, 3)).toEqual(compute(covering, 1));
    });
  });
});

describe('a whole run', () => {
  const dataset = makeTinyDataset({ train: 200, test: 50 });
  const run = (network: string) =>
    train({ network, epochs: 2, batchSize: 20, learningRate: 0.01 }, { dataset, pool, workers: 2 });

  it.each([
    ['INPUT(28x28x1) -> FC(30) -> FC(10)', 'INPUT(28x28x1) -> CONV(28,30) -> CONV(1,10)'],
    [
      'INPUT(28x28x1) -> [CONV(5,8) -> POOL(2)]*2 -> FC(600) -> BN -> DROPOUT -> FC(10)',
      'INPUT(28x28x1) -> [CONV(5,8) -> POOL(2)]*2 -> CONV(4,600) -> BN -> DROPOUT -> CONV(1,10)',
    ],
  ])('of %s is that of %s', async (connected, covering) => {
    const [one, other] = [await run(connected), await run(covering)];
    expect(one.state).toBe('done');
    expect(one.weightsSha256).toBe(other.weightsSha256);
    expect(one.confusion).toEqual(other.confusion);
    const figures = ({ epochs }: typeof one) => epochs.map((epoch) => [epoch.trainLoss, epoch.testLoss]);
    expect(figures(one)).toEqual(figures(other));
  });
});

/** Hashes of the bits of everything that a network computes from fixed numbers. */
function runOnce(options: SmallNetworkOptions, workers = 1) {
  const small = makeSmallNetwork({ seed: 3, ...options });
  const { network, memory } = small;
  network.input.value.set(randomNumbers(network.input.value.length, 1));
  small.forward(workers);
  network.output.gradient.set(randomNumbers(network.output.value.length, 2));
  small.backward(workers);
  const hash = (floats: Float32Array) => createHash('sha256').update(floats).digest('hex');
  return { output: hash(network.output.value), gradient: hash(memory.gradient) };
}
