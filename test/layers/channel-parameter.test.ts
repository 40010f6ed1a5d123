import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { makeSmallNetwork, randomNumbers } from '../helpers/small-network.js';

const LAYERS = [{ kind: 'prelu' }, { kind: 'trainable-pooling', kernel: 2 }];
/** Few images lie one after another, more in lanes. */
const IMAGES = [3, 19];

describe.each(LAYERS)('the channel parameters of $kind', (layer) => {
  it.each(IMAGES)("have the same gradients when nobody needs the input's (%i images)", (images) => {
    const last = { kind: 'convolution', kernel: 1, filters: 2 };
    const lead = {
      kind: 'convolution',
      name: 'lead',
      kernel: 1,
      filters: 1,
      initializer: { kind: 'constant', value: 1 },
    };
    const learn = (layers: readonly object[]) => {
      const small = makeSmallNetwork({ input: [4, 6, 1], layers, images, kernels: referenceKernels });
      const { network, memory } = small;
      expect(network.inputLayout).toBe(images < 16 ? 'images' : 'lanes');
      network.input.value.set(randomNumbers(network.input.value.length, 4));
      const kernel = small.parameters.at(-2)!;
      memory.weights.set([0.5, -2], kernel.offset);
      small.forward();
      network.output.gradient.set(randomNumbers(network.output.value.length, 6));
      small.backward();
      const own = small.parameters.filter(({ label }) => label.startsWith(layer.kind));
      return own.map(({ offset, size }) => [...memory.gradient.subarray(offset, offset + size)]);
    };
    const gradients = learn([layer, last]);
    expect(gradients).toEqual(learn([lead, layer, last]));
    for (const gradient of gradients) expect(gradient).not.toContain(0);
  });
});
