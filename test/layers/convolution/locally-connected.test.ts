import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../../src/kernels/reference/reference.js';
import { describeNetwork } from '../../../src/network/describe.js';
import { parseNetwork } from '../../../src/network/spec.js';
import { train } from '../../../src/train.js';
import { makeSmallNetwork, spacedNumbers } from '../../helpers/small-network.js';
import { makeTinyDataset } from '../../helpers/tiny-dataset.js';

const window = { kernel: [3, 2], filters: 4, stride: [1, 2], padding: [1, 0, 0, 1] };

describe('a locally connected layer', () => {
  it('has the parameters that the notes count: 100 a neuron, and 100 in all if they are shared', () => {
    const count = (kind: string) =>
      describeNetwork(
        parseNetwork({
          input: [1000, 1000, 1],
          layers: [{ kind, kernel: 10, filters: 1, padding: 'same', bias: false }],
        }),
        { batchSize: 1 },
      ).parameters;
    expect(count('locally-connected')).toBe(100_000_000);
    expect(count('convolution')).toBe(100);
  });

  it('is a convolution where all positions have one kernel, whose gradient is the sum of theirs', () => {
    const make = (kind: string) =>
      makeSmallNetwork({
        input: [5, 6, 3],
        // In front, so that the input has a gradient.
        layers: [
          { kind: 'convolution', kernel: 1, filters: 3 },
          { kind, ...window },
        ],
        images: 4,
        kernels: referenceKernels,
      });
    const [shared, local] = [make('convolution'), make('locally-connected')];
    const cut = (network: typeof shared, layer: string, name: string, of: 'weights' | 'gradient') => {
      const { offset, size } = network.parameters.find(({ label }) => label === `${layer}.${name}`)!;
      return network.memory[of].subarray(offset, offset + size);
    };
    for (const name of ['kernel', 'bias']) {
      cut(local, 'convolution1', name, 'weights').set(cut(shared, 'convolution1', name, 'weights'));
      const own = cut(shared, 'convolution2', name, 'weights');
      if (name === 'bias') own.set(spacedNumbers(own.length));
      const all = cut(local, 'locally-connected1', name, 'weights');
      for (let at = 0; at < all.length; at += own.length) all.set(own, at);
    }
    for (const network of [shared, local]) {
      const { input, output } = network.network;
      input.value.set(spacedNumbers(input.value.length));
      network.forward();
      output.gradient.set(spacedNumbers(output.gradient.length));
      network.backward();
    }
    const expectClose = (found: Float32Array, wanted: Float32Array) => {
      expect(found.length).toBe(wanted.length);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i]!, 4);
    };
    expectClose(local.network.output.value, shared.network.output.value);
    for (const name of ['kernel', 'bias']) {
      const own = cut(shared, 'convolution2', name, 'gradient');
      const all = cut(local, 'locally-connected1', name, 'gradient');
      const sums = own.map((_, i) =>
        all.reduce((sum, value, k) => sum + (k % own.length === i ? value : 0), 0),
      );
      expectClose(sums, own);
      // Made of the gradients of their inputs.
      expectClose(
        cut(local, 'convolution1', name, 'gradient'),
        cut(shared, 'convolution1', name, 'gradient'),
      );
    }
  });

  it('learns', async () => {
    const dataset = makeTinyDataset({ train: 100, test: 20 });
    const network = 'INPUT(28x28x1) -> POOL(2) -> LOCAL(5,3,s3) -> FC(10)';
    const { epochs } = await train({ network, epochs: 4, batchSize: 20 }, { dataset, workers: 1 });
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(epochs[0]!.trainLoss);
  });

  it('knows no initialiser that is for a shared kernel', () => {
    const layers = [{ kind: 'locally-connected', ...window, initializer: 'dirac' }];
    expect(() => parseNetwork({ input: [5, 6, 3], layers })).toThrow(/locally-connected.*initializer/);
  });
});
