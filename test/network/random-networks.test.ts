import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawGenericWeights } from '../../src/check/weights.js';
import { availableKernelNames, loadKernels, UNFUSED_NAMES } from '../../src/kernels/select.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { COMPOSITE_KINDS, JOINS, listKinds } from '../../src/network/composite.js';
import { makeSmallNetwork, randomNumbers } from '../helpers/small-network.js';
import { countOf } from '../helpers/soak.js';
import { drawNetwork } from '../torch/draw-network.js';

/** Kinds that no random network has, with the reason. */
const NOT_DRAWN: Readonly<Record<string, string>> = {
  dropout: 'PyTorch would have to draw the same numbers, element by element',
};
const NETWORKS = countOf({ share: 16, whole: 2000 });
const ORDERS = [
  [1, 0],
  [2, 0, 1],
  [7, 5, 6, 0, 4, 1, 3, 2],
];

it('random networks have layers of all kinds', () => {
  const drawn = Array.from({ length: 60 }, (_, number) => [...listKinds(drawNetwork(number).network.layers)]);
  const all = [...Object.keys(LAYER_KINDS), ...Object.keys(COMPOSITE_KINDS), ...JOINS];
  expect(all.filter((kind) => !drawn.flat().includes(kind))).toEqual(Object.keys(NOT_DRAWN));
});

describe(`${NETWORKS} random networks`, () => {
  const fused = availableKernelNames().filter((name) => !UNFUSED_NAMES.includes(name));
  const numbers = Array.from({ length: NETWORKS }, (_, number) => number);

  it.each(numbers)(
    'network %d has the same finite bits on any number of workers, with all fused sets',
    (number) => {
      const { network, images } = drawNetwork(number);
      const step = (kernels: string, order: readonly number[]) => {
        const { input, layers, heads = [] } = network;
        const shape = [input.height, input.width, input.channels] as const;
        const options = { input: shape, layers, heads, images, slices: 4, kernels: loadKernels(kernels) };
        const small = makeSmallNetwork(options);
        small.memory.weights.set(drawGenericWeights(small.plan));
        small.network.input.value.set(randomNumbers(small.network.input.value.length, number));
        small.step(order);
        const { weights, partials, gradient } = small.memory;
        return { output: small.network.output.value, weights, partials, gradient };
      };
      const [first, ...others] = fused;
      const alone = step(first!, [0]);
      for (const [name, values] of Object.entries(alone)) {
        expect(
          values.findIndex((value) => !Number.isFinite(value)),
          name,
        ).toBe(-1);
      }
      const bits = hashBits(alone);
      for (const order of ORDERS) expect(hashBits(step(first!, order)), `workers ${order}`).toBe(bits);
      for (const other of others) expect(hashBits(step(other, [0])), other).toBe(bits);
    },
  );
});

function hashBits(arrays: Readonly<Record<string, Float32Array>>): string {
  const hash = createHash('sha256');
  for (const values of Object.values(arrays)) hash.update(values);
  return hash.digest('hex');
}
