import { type Shape, sizeOf } from '../core/shape.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import { importWeights } from '../network/memory.js';
import { planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import { ThreadNetwork } from '../network/thread-network.js';

/** What one layer makes of one image. */
export interface FeatureMaps {
  readonly name: string;
  readonly kind: string;
  readonly shape: Shape;
  /** h×w×c */
  readonly values: Float32Array;
}

/**
 * The output of every layer that computes something, for one image in evaluation.
 *
 * @param weights parameters and running statistics, as `train` gives them
 * @param image h×w×c, normalised as in training
 */
export function computeFeatureMaps(
  network: NetworkSpec,
  weights: Float32Array,
  image: Float32Array,
): FeatureMaps[] {
  const plan = planNetwork(network, { batchSize: 1, slices: 1, training: false });
  const thread = ThreadNetwork.alone(plan, loadKernels(chooseKernelName()));
  importWeights(thread.memory, plan, weights);
  thread.placeInputs(image);
  thread.prepare();
  return plan.steps.flatMap(({ name, config, layer, outputs }) => {
    const passes = thread.bound.forward.filter((pass) => pass.layer!.name === name);
    if (passes.length === 0) return [];
    thread.schedule(passes)();
    // A later layer may write over it.
    const { offset } = plan.tensors[outputs[0]!]!;
    const values = thread.activations.slice(offset, offset + sizeOf(layer.output));
    return [{ name, kind: config.kind, shape: layer.output, values }];
  });
}
