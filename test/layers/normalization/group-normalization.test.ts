import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { describeNetwork } from '../../../src/network/describe.js';
import { parseNetwork } from '../../../src/network/spec.js';
import { makeSmallNetwork, randomNumbers } from '../../helpers/small-network.js';

const CHANNELS = 6;

/** A network that ends in a normalisation of square maps, after a step. */
function normalize(
  layer: object,
  { kernels, images, size }: { kernels: string; images: number; size: number },
) {
  const small = makeSmallNetwork({
    input: [size, size, CHANNELS],
    layers: [
      { kind: 'convolution', name: 'lead', kernel: 1, filters: CHANNELS },
      { name: 'norm', ...layer },
    ],
    images,
    kernels: loadKernels(kernels),
    seed: 4,
  });
  const { memory, network } = small;
  for (const { offset, size } of small.parameters) memory.weights.set(randomNumbers(size, 7), offset);
  network.input.value.set(randomNumbers(network.input.value.length, 8));
  network.output.gradient.set(randomNumbers(network.output.gradient.length, 9));
  small.forward();
  small.backward();
  return small;
}

describe.each(availableKernelNames())('normalisation of each image by itself (%s)', (kernels) => {
  it.each([
    { kind: 'group-normalization', groups: 2 },
    { kind: 'layer-normalization' },
    { kind: 'layer-normalization', over: 'channels' },
  ])('%o gives numbers of mean 0 and variance 1', (layer) => {
    const plain = { ...layer, epsilon: 1e-9, scale: false, shift: false };
    const { network } = normalize(plain, { kernels, images: 2, size: 4 });
    const image = [...network.output.value.subarray(16 * CHANNELS, 32 * CHANNELS)];
    const together =
      'groups' in layer
        ? image.filter((_, i) => i % CHANNELS < CHANNELS / 2)
        : 'over' in layer
          ? image.slice(0, CHANNELS)
          : image;
    const mean = together.reduce((sum, value) => sum + value, 0) / together.length;
    const variance = together.reduce((sum, value) => sum + (value - mean) ** 2, 0) / together.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(variance).toBeCloseTo(1, 4);
  });

  it('does not depend on the other images of the mini-batch', () => {
    const layer = { kind: 'group-normalization', groups: 3 };
    const floats = 25 * CHANNELS;
    const [few, many] = [1, 5].map((images) => normalize(layer, { kernels, images, size: 5 }));
    expect([...few!.network.output.value.subarray(0, floats)]).toEqual([
      ...many!.network.output.value.subarray(0, floats),
    ]);
  });
});

describe('normalisation of each image by itself', () => {
  it.each([
    {
      input: [1, 1, 6],
      layer: { kind: 'group-normalization', groups: 6 },
      found:
        'found one (of 1×1×6), whose place the shift would take whatever comes in. Take fewer groups, or leave the layer out.',
    },
    {
      input: [4, 4, 1],
      layer: { kind: 'layer-normalization', over: 'channels' },
      found:
        "found one (of 4×4×1), whose place the shift would take whatever comes in. Take over: 'image', or more filters",
    },
  ])('refuses one number to normalise by: $layer', ({ input, layer, found }) => {
    const plan = () => describeNetwork(parseNetwork({ input, layers: [{ ...layer, name: 'norm' }] }));
    expect(plan).toThrow(UserError);
    expect(plan).toThrow(
      `norm (layer 1): expected at least two numbers of an image to normalise by, ${found}`,
    );
  });
});

describe('group normalisation', () => {
  it('refuses groups that do not divide the channels', () => {
    expect(() =>
      normalize({ kind: 'group-normalization', groups: 4 }, { kernels: 'reference', images: 1, size: 2 }),
    ).toThrow(
      'norm (layer 2): groups: expected a divisor of the 6 channels of its input, found 4 (2×2×6). ' +
        'Take other groups, or other filters before it.',
    );
  });
});
