import { expect, it } from 'vitest';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';

// Workers that test a network share its parameters, but each has images of its own: see parallel/evaluation.ts.
it.each([64, 5])('numbers of single images are no shared memory in evaluation (%i images)', (batchSize) => {
  const floatsOf = (layer: object, training: boolean) => {
    const convolution = { kind: 'convolution', kernel: 3, filters: 4 };
    const network = parseNetwork({ input: [8, 8, 2], layers: [convolution, layer] });
    const { sharedFloats, activationFloats } = planNetwork(network, { batchSize, slices: 3, training });
    return { sharedFloats, activationFloats };
  };
  const [grouped, plain] = [{ kind: 'group-normalization', groups: 2 }, { kind: 'gelu' }];
  expect(floatsOf(grouped, false).sharedFloats).toBe(floatsOf(plain, false).sharedFloats);
  expect(floatsOf(grouped, false).activationFloats).toBeGreaterThan(floatsOf(plain, false).activationFloats);
  expect(floatsOf(grouped, true).sharedFloats).toBeGreaterThan(floatsOf(plain, true).sharedFloats);
});
