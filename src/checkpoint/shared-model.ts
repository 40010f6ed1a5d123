import { sizeOf } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import { allocateArena, viewArena } from '../kernels/memory.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import type { LayerKinds } from '../layers/layer.js';
import { JOINT_KINDS } from '../layers/registry.js';
import { importWeights } from '../network/memory.js';
import { isComputed, type NetworkPlan, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import { ThreadNetwork } from '../network/thread-network.js';
import type { PluginAddress, Plugins } from '../plugins/plugins.js';
import type { Normalization } from '../run/normalize.js';
import type { Checkpoint } from './checkpoint.js';

/**
 * Images of a mini-batch: one bundle in lanes, and planned as such even for a single image, so that outputs are those of a run's
 * evaluation to the bit and do not depend on how many images come together.
 */
export const BATCH_IMAGES = BUNDLE_IMAGES;

/** A trained network as its threads get it with every task: plain data, its large arrays in shared memory. */
export interface SharedModel {
  readonly network: NetworkSpec;
  /** Numbers that it gives for an image. */
  readonly outputs: number;
  /** Names of those whose values can be had. */
  readonly layers: readonly string[];
  readonly plugins: readonly PluginAddress[];
  readonly kernels: string;
  readonly normalization: Normalization;
  readonly weights: Float32Array;
  /** What layers have made of their weights. Nobody writes to either. */
  readonly prepared: Float32Array;
}

/** The plan that all threads of a model follow. */
export function planPrediction(network: NetworkSpec, kinds: LayerKinds): NetworkPlan {
  return planNetwork(network, { batchSize: BATCH_IMAGES, slices: 1, training: false, kinds });
}

/**
 * Makes a trained network ready for any number of threads.
 *
 * @throws UserError if there is not memory enough
 */
export function shareModel(
  { spec: { network }, normalization, weights }: Pick<Checkpoint, 'spec' | 'normalization' | 'weights'>,
  plugins: Plugins,
): SharedModel {
  const kernels = chooseKernelName();
  const plan = planPrediction(network, plugins.layers);
  const thread = ThreadNetwork.alone(plan, loadKernels(kernels));
  importWeights(thread.memory, plan, weights);
  thread.prepare();
  return {
    network,
    outputs: sizeOf(plan.tensors.at(-1)!.shape),
    layers: listLayers(plan),
    plugins: plugins.modules.map(({ url, sha256 }) => ({ url, sha256 })),
    kernels,
    normalization: { mean: share(normalization.mean), scale: share(normalization.scale) },
    weights: thread.memory.weights,
    prepared: thread.memory.shared,
  };
}

/** What heads alone depend on is not computed; forks and changes of layout are no layers of the spec. */
function listLayers(plan: NetworkPlan): string[] {
  return plan.steps
    .filter((step) => isComputed(step, plan))
    .filter(({ kind }) => kind !== JOINT_KINDS.fork && kind !== JOINT_KINDS.relayout)
    .map(({ name }) => name);
}

function share(values: Float32Array): Float32Array {
  const shared = viewArena(allocateArena(values.length, 'the normalisation'));
  shared.set(values);
  return shared;
}
