import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../src/check/gradients.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import { makeRandomGraph } from '../helpers/random-graph.js';
import { makeSmallNetwork, randomNumbers } from '../helpers/small-network.js';

/** CONVOY_GRAPHS asks for more. */
const GRAPHS = Number(process.env.CONVOY_GRAPHS ?? 8);
const kernels = loadKernels(chooseKernelName());

describe.each(Array.from({ length: GRAPHS }, (_, seed) => seed))('graph %i', (seed) => {
  const network = makeRandomGraph(seed, 5 + (seed % 9));

  it('has the gradients of its loss', () => {
    const { passed, finding } = checkGradients(network, { labelSmoothing: 0, kernels });
    expect(passed, finding).toBe(true);
  });

  it.each([5, 21])('gives the same bits on any number of workers, in any order (%i images)', (images) => {
    const { input, layers, heads = [] } = network;
    const step = (order: readonly number[]) => {
      const shape = [input.height, input.width, input.channels] as const;
      const small = makeSmallNetwork({ input: shape, layers, heads, images, kernels, slices: 4 });
      small.network.input.value.set(randomNumbers(small.network.input.value.length, seed));
      small.step(order);
      return [small.memory.weights, small.memory.partials, small.memory.gradient];
    };
    const alone = step([0]);
    for (const order of [
      [1, 0],
      [0, 1, 2],
      [2, 1, 0],
    ])
      expect(step(order)).toEqual(alone);
  });
});
