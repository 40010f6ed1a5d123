import { expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { groupIntoPhases, runPhase } from '../../../src/network/phases.js';
import { planLookahead } from '../../../src/optim/lookahead.js';
import { OPTIMIZER_NAMES, parseOptimizer } from '../../../src/optim/optimizers/registry.js';
import { planUpdate } from '../../../src/optim/update.js';
import { makeSmallNetwork } from '../../helpers/small-network.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const convolution = { kind: 'convolution', kernel: 3, padding: 1, filters: 6, kernelLearningRate: 0 };

/** Weights after one step of an optimizer with lookahead behind it, every phase by all workers, one after another in that order. */
function step(name: string, order: readonly number[]): Float32Array {
  const optimizer = parseOptimizer(name, 'test');
  const { memory, plan, network } = makeSmallNetwork({
    input: [6, 5, 2],
    layers: [convolution, { kind: 'batch-normalization' }, convolution],
    images: 4,
    kernels,
    optimizer,
  });
  memory.gradient.fill(1);
  memory.partials.fill(1);
  const where = { plan, memory, kernels, batch: network.batch };
  const slow = new Float32Array(memory.weights.length);
  const passes = [
    ...planUpdate(
      where,
      { optimizer, clipping: null },
      { learningRate: () => 0.1, reportNonFinite: () => expect.unreachable() },
    ),
    ...planLookahead(where, { every: 1, decay: 0.5, power: 0, slow }, { steps: 2, lastStep: 2 }),
  ];
  for (const phase of groupIntoPhases(passes)) {
    for (const worker of order) runPhase(phase, network.batch, { worker, workers: order.length });
  }
  return memory.weights.slice();
}

it.each(OPTIMIZER_NAMES)(
  'a step of %s with all kernels frozen does not depend on which worker is the first',
  (name) => {
    const alone = step(name, [0]);
    for (const order of [
      [0, 1],
      [1, 0],
      [0, 1, 2],
      [1, 2, 0],
      [2, 1, 0],
    ]) {
      expect(step(name, order), order.join()).toEqual(alone);
    }
  },
);
