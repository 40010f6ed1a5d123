import { describe, expect, it } from 'vitest';
import { makeKey, philox } from '../../src/core/rng.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { describeNetwork } from '../../src/network/describe.js';
import { parseNetwork } from '../../src/network/spec.js';
import { makeSmallNetwork } from '../helpers/small-network.js';

const SEED = 3;
const EPOCH = 4;
const RATE = 0.3;
const kernels = loadKernels(availableKernelNames()[0]!);

/** Two pixels of ones an image, behind a layer that gains by lanes. */
function dropOnes(images: number, training: boolean) {
  const kernel = { kind: 'convolution', kernel: 1, filters: 1, initializer: { kind: 'constant', value: 1 } };
  const small = makeSmallNetwork({
    input: [2, 1, 1],
    layers: [kernel, { kind: 'stochastic-depth', rate: RATE }],
    images,
    kernels,
    training,
    seed: SEED,
  });
  const { input, output, batch } = small.network;
  input.value.fill(1);
  batch.epoch = EPOCH;
  small.forward();
  return [...output.value];
}

describe('stochastic depth', () => {
  it.each([5, 16, 37])(
    'drops whole images by the first word of their random numbers, %i of them',
    (images) => {
      const words = new Uint32Array(4);
      const expected = Array.from({ length: images }).flatMap((_, image) => {
        // Of the layer with index 1; samples as makeSmallNetwork numbers them.
        philox(makeKey(SEED, 'dropout', 1), 0, 100 + image, EPOCH, 0, words);
        const factor = words[0]! >= Math.floor(RATE * 2 ** 32) ? Math.fround(1 / (1 - RATE)) : 0;
        return [factor, factor];
      });
      expect(new Set(expected).size).toBe(2);
      expect(dropOnes(images, true)).toEqual(expected);
    },
  );

  it('drops nothing in evaluation', () => {
    expect(dropOnes(16, false)).toEqual(new Array(32).fill(1));
  });

  it('ends the body of a residual that asks for it, and of no other', () => {
    const body = [{ kind: 'convolution', kernel: 1, filters: 2 }];
    const listLayers = (options: object) =>
      describeNetwork(
        parseNetwork({ input: [4, 4, 2], layers: [{ kind: 'residual', body, ...options }] }),
      ).layers.map(({ name, description }) => [name, description]);
    expect(listLayers({ dropPath: 0.2 })).toEqual([
      ['residual1.convolution1', '2; 1×1; p=0, st=1'],
      ['residual1.stochastic-depth1', '0.2'],
      ['residual1', ''],
    ]);
    expect(listLayers({ dropPath: 0 })).toEqual(listLayers({}));
    const [plain, zero] = [{}, { dropPath: 0 }].map((options) =>
      parseNetwork({ input: [4, 4, 2], layers: [{ kind: 'residual', body, ...options }] }),
    );
    expect(zero).toEqual(plain);
  });

  it.each([1, -0.1, '0.5'])('refuses a rate of %j', (dropPath) => {
    const layers = [{ kind: 'residual', body: [{ kind: 'relu' }], dropPath }];
    expect(() => parseNetwork({ input: [4, 4, 2], layers })).toThrow(/layer 1 \(residual\).*dropPath/);
  });
});
