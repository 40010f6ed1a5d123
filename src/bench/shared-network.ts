import { sizeOf } from '../core/shape.js';
import { makeSyntheticDataset } from '../dataset/synthetic.js';
import type { Kernels } from '../kernels/kernels.js';
import { allocateArena, viewArena } from '../kernels/memory.js';
import type { InputImages } from '../layers/whitening.js';
import { allocateModel, initializeModel, type ModelMemory, viewModel } from '../network/memory.js';
import { type NetworkPlan, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import { ThreadNetwork } from '../network/thread-network.js';
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

/** That steps are measured with. */
export const SGD: SgdOptions = {
  kind: 'sgd',
  momentum: HYPERPARAMETERS.momentum,
  nesterov: false,
  weightDecay: HYPERPARAMETERS.weightDecay,
};

const SEED = 1;
const NOISE_IMAGES = 10;

/** Plans a network and fills its memory: every pass has run once on noise, so that all of it holds numbers such as training has. */
export function shareNetwork(network: NetworkSpec, batchSize: number, kernels: Kernels): SharedNetwork {
  const plan = planTraining({ network, batchSize });
  const shared: SharedNetwork = {
    network,
    batchSize,
    model: allocateModel(plan, planOptimizer(plan, SGD)),
    activations: allocateArena(plan.activationFloats, 'activations'),
  };
  const thread = bindShared(shared, kernels);
  initializeModel(thread.memory, plan, SEED, kernels, makeNoise(network));
  const { input, output } = thread.bound;
  input.value.set(drawFloats(input.value.length));
  thread.prepare();
  thread.forward();
  output.gradient.set(drawFloats(output.gradient.length));
  thread.backward();
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
): ThreadNetwork<ModelMemory> {
  const plan = change(planTraining(shared));
  const memory = viewModel(shared.model, plan, planOptimizer(plan, SGD));
  return new ThreadNetwork({ plan, memory, activations: viewArena(shared.activations), kernels, seed: SEED });
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
