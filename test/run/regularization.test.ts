import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { computeRegularization } from '../../src/run/regularization.js';
import { makeSmallNetwork } from '../helpers/small-network.js';

describe('the regularisation term', () => {
  it('is ½ Σ λ‖w‖², each parameter with its own factor, and 0 for what is not decayed', () => {
    const { plan, memory } = makeSmallNetwork({
      input: [1, 1, 2],
      layers: [{ kind: 'fully-connected', units: 2, kernelWeightDecay: 3, biasWeightDecay: 0 }],
      images: 1,
      kernels: referenceKernels,
    });
    memory.weights.fill(7);
    const [kernel, bias] = plan.steps[0]!.parameters;
    memory.weights.set([1, 2, 3, 4], kernel!.offset);
    memory.weights.set([10, 20], bias!.offset);
    expect(computeRegularization(plan, memory, 0.5)).toBe(0.5 * 0.5 * 3 * (1 + 4 + 9 + 16));
  });
});
