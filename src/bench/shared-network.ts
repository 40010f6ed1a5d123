import { sizeOf } from '../core/shape.js';
import { makeSyntheticDataset } from '../dataset/synthetic.js';
import type { Kernels } from '../kernels/kernels.js';
import { allocateArena, viewArena } from '../kernels/memory.js';
import type { InputImages } from '../layers/whitening.js';
import { type BoundNetwork, bindNetwork } from '../network/bind.js';
import { allocateModel, initializeModel, type ModelMemory, viewModel } from '../network/memory.js';
import { groupIntoPhases, runPhase } from '../network/phases.js';
import { type NetworkPlan, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import type { SgdOptions } from '../optim/optimizers/sgd.js';
import { planOptimizer } from '../optim/update.js';
import { DEFAULT_SLICES } from '../run/spec.js';
import { drawFloats } from './floats.js';
import { HYPERPARAMETERS } from './network-rate.js';

/** A network in training that several threads work on: plain data and shared memory, as a run's workers get it. */
export interface SharedNetwork {
  readonly network: NetworkSpec;
  readonly batchSize: number;
  readonly model: SharedArrayBuffer;
  readonly activations: SharedArrayBuffer;
}

/** A network in one thread. */
export interface ThreadNetwork {
  readonly plan: NetworkPlan;
  readonly memory: ModelMemory;
  readonly bound: BoundNetwork;
}

/** That steps are measured with. */
export const SGD: SgdOptions = {
  kind: 'sgd',
  momentum: HYPERPARAMETERS.momentum,
  nesterov: false,
  weightDecay: HYPERPARAMETERS.weightDecay,
};

const SEED = 1;
const NOISE_IMAGES = 10;
const ALONE = { worker: 0, workers: 1 };

/** Plans a network and fills its memory: every pass has run once on noise, so that all of it holds numbers such as training has. */
export function shareNetwork(network: NetworkSpec, batchSize: number, kernels: Kernels): SharedNetwork {
  const plan = planTraining({ network, batchSize });
  const shared: SharedNetwork = {
    network,
    batchSize,
    model: allocateModel(plan, planOptimizer(plan, SGD)),
    activations: allocateArena(plan.activationFloats, 'activations'),
  };
  const { memory, bound } = bindShared(shared, kernels);
  initializeModel(memory, plan, SEED, kernels, makeNoise(network));
  const { batch, input, output } = bound;
  const forward = groupIntoPhases([...bound.prepare, ...bound.forward]);
  input.value.set(drawFloats(input.value.length));
  for (const phase of forward) runPhase(phase, batch, ALONE);
  output.gradient.set(drawFloats(output.gradient.length));
  for (const phase of groupIntoPhases(bound.backward)) runPhase(phase, batch, ALONE);
  return shared;
}

/**
 * Ties a shared network to kernels in the thread at hand.
 *
 * @param change of the plan, within its memory
 */
export function bindShared(
  shared: SharedNetwork,
  kernels: Kernels,
  change: (plan: NetworkPlan) => NetworkPlan = (plan) => plan,
): ThreadNetwork {
  const { batchSize, model, activations } = shared;
  const plan = change(planTraining(shared));
  const memory = viewModel(model, plan, planOptimizer(plan, SGD));
  const bound = bindNetwork({
    plan,
    memory,
    activations: viewArena(activations),
    sampleIds: new Int32Array(batchSize),
    batchSize,
    slices: DEFAULT_SLICES,
    seed: SEED,
    training: true,
    kernels,
  });
  bound.batch.size = batchSize;
  return { plan, memory, bound };
}

/** For an initialiser that reads images. */
function makeNoise({ input }: NetworkSpec): InputImages {
  const { shape, train } = makeSyntheticDataset(input, 1, { train: NOISE_IMAGES, test: 0 });
  const size = sizeOf(shape);
  return {
    shape,
    pixels: train.pixels,
    samples: Int32Array.from({ length: NOISE_IMAGES }, (_, i) => i),
    mean: new Float32Array(size),
    scale: new Float32Array(size).fill(1),
  };
}

/** The plan of a shared network, the same in every thread. */
export function planTraining({
  network,
  batchSize,
}: Pick<SharedNetwork, 'network' | 'batchSize'>): NetworkPlan {
  return planNetwork(network, { batchSize, slices: DEFAULT_SLICES, training: true });
}
