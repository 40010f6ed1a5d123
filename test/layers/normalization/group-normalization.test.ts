import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { makeSmallNetwork, randomNumbers } from '../../helpers/small-network.js';

const CHANNELS = 6;

/** A network that ends in a normalisation of square maps, after a step; those of size 1 are means of larger ones. */
function normalize(
  layer: object,
  { kernels, images, size }: { kernels: string; images: number; size: number },
) {
  const small = makeSmallNetwork({
    input: size === 1 ? [2, 2, CHANNELS] : [size, size, CHANNELS],
    layers: [
      { kind: 'convolution', name: 'lead', kernel: 1, filters: CHANNELS },
      ...(size === 1 ? [{ kind: 'average-pooling', kernel: 'global' }] : []),
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

  it.each([
    ['images', 3],
    ['lanes', 16],
  ] as const)(
    'of one number to a group is exactly the shift, and passes nothing on, with %s',
    (layout, images) => {
      const small = normalize(
        { kind: 'group-normalization', groups: CHANNELS },
        { kernels, images, size: 1 },
      );
      const { memory, network, plan } = small;
      expect(plan.steps.find(({ name }) => name === 'norm')!.layout).toBe(layout);
      const read = (from: Float32Array, label: string) => {
        const { offset, size } = small.parameters.find((parameter) => parameter.label === label)!;
        return Array.from(from.subarray(offset, offset + size), (value) => value + 0);
      };
      const shift = read(memory.weights, 'norm.shift');
      expect([...network.output.value]).toEqual(Array.from({ length: images }, () => shift).flat());
      expect(read(memory.gradient, 'norm.scale')).toEqual(Array(CHANNELS).fill(0));
      expect(read(memory.gradient, 'lead.kernel')).toEqual(Array(CHANNELS ** 2).fill(0));
      expect(read(memory.gradient, 'lead.bias')).toEqual(Array(CHANNELS).fill(0));
    },
  );

  it('does not depend on the other images of the mini-batch', () => {
    const layer = { kind: 'group-normalization', groups: 3 };
    const floats = 25 * CHANNELS;
    const [few, many] = [1, 5].map((images) => normalize(layer, { kernels, images, size: 5 }));
    expect([...few!.network.output.value.subarray(0, floats)]).toEqual([
      ...many!.network.output.value.subarray(0, floats),
    ]);
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
