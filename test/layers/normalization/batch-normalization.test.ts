import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { makeSmallNetwork, randomNumbers } from '../../helpers/small-network.js';

const CHANNELS = 5;

/** A mini-batch of one image on a 1×1 map, in a network that is planned for so many. */
function normalizeAlone(kernels: string, images: number) {
  const small = makeSmallNetwork({
    input: [2, 2, CHANNELS],
    layers: [
      { kind: 'convolution', name: 'lead', kernel: 1, filters: CHANNELS },
      { kind: 'average-pooling', kernel: 'global' },
      { kind: 'batch-normalization', name: 'bn' },
    ],
    images,
    kernels: loadKernels(kernels),
    seed: 4,
  });
  const { memory, network, plan } = small;
  network.batch.size = 1;
  for (const { offset, size } of small.parameters) memory.weights.set(randomNumbers(size, 7), offset);
  network.input.value.set(randomNumbers(network.input.value.length, 8));
  const dy = randomNumbers(CHANNELS, 9);
  small.forward();
  network.output.gradient.set(dy);
  small.backward();
  const read = (from: Float32Array, name: string) => {
    const { offset, size } = small.parameters.find(({ label }) => label === name)!;
    return Array.from(from.subarray(offset, offset + size), (value) => value + 0);
  };
  return {
    layout: plan.steps.find(({ name }) => name === 'bn')!.layout,
    y: [...network.output.value.subarray(0, CHANNELS)],
    shift: read(memory.weights, 'bn.shift'),
    dy: [...dy],
    dShift: read(memory.gradient, 'bn.shift'),
    dScale: read(memory.gradient, 'bn.scale'),
    // Made of the layer's input gradient, each.
    dKernel: read(memory.gradient, 'lead.kernel'),
    dBias: read(memory.gradient, 'lead.bias'),
  };
}

describe.each(availableKernelNames())('batch normalisation of one value a channel (%s)', (kernels) => {
  it.each([
    ['images', 1],
    ['lanes', 16],
  ] as const)('is exactly the shift, and passes nothing on, with %s', (layout, images) => {
    const found = normalizeAlone(kernels, images);
    expect(found.layout).toBe(layout);
    expect(found.y).toEqual(found.shift);
    expect(found.dShift).toEqual(found.dy);
    expect(found.dScale).toEqual(Array(CHANNELS).fill(0));
    expect(found.dKernel).toEqual(Array(CHANNELS ** 2).fill(0));
    expect(found.dBias).toEqual(Array(CHANNELS).fill(0));
  });
});
