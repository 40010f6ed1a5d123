import { expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { groupIntoPhases, runPhase } from '../../../src/network/phases.js';
import { planLookahead } from '../../../src/optim/lookahead.js';
import { OPTIMIZER_NAMES, parseOptimizer } from '../../../src/optim/optimizers/registry.js';
import { planUpdate } from '../../../src/optim/update.js';
import { makeSmallNetwork } from '../../helpers/small-network.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const FROZEN = { kernelLearningRate: 0 };
/** Parameters of three rates, so that an optimizer plans three times. */
const FALLING = { kernelFallEpochs: 1, biasFallEpochs: 2 };

/** Weights after one step of an optimizer with lookahead behind it, every phase by all workers, one after another in that order. */
function step(
  name: string,
  learning: object,
  order: readonly number[],
  clipNorm: number | null,
): Float32Array {
  const convolution = { kind: 'convolution', kernel: 3, padding: 1, filters: 6, ...learning };
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
      { optimizer, clipping: clipNorm === null ? null : { norm: clipNorm, squares: new Float32Array(100) } },
      { learningRate: () => 0.1, reportNonFinite: () => expect.unreachable() },
    ),
    ...planLookahead(where, { every: 1, decay: 0.5, power: 0, slow }, { steps: 2, lastStep: 2 }),
  ];
  for (const phase of groupIntoPhases(passes)) {
    for (const worker of order) runPhase(phase, network.batch, { worker, workers: order.length });
  }
  return memory.weights.slice();
}

const CASES = OPTIMIZER_NAMES.flatMap((name) =>
  [FROZEN, FALLING].flatMap((learning) => [null, 0.5].map((clipNorm) => ({ name, learning, clipNorm }))),
);

it.each(CASES)(
  'a step of $name with $learning, clipped to $clipNorm, does not depend on which worker is the first',
  ({ name, learning, clipNorm }) => {
    const alone = step(name, learning, [0], clipNorm);
    for (const order of [
      [0, 1],
      [1, 0],
      [0, 1, 2],
      [1, 2, 0],
      [2, 1, 0],
    ]) {
      expect(step(name, learning, order, clipNorm), order.join()).toEqual(alone);
    }
  },
);
