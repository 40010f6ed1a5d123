import { type Shape, sizeOf } from '../core/shape.js';
import { allocateArena, viewArena } from '../kernels/memory.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { bindNetwork } from '../network/bind.js';
import { allocateModel, importWeights, viewModel } from '../network/memory.js';
import { groupIntoPhases, runPhase } from '../network/phases.js';
import { planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';

const ALONE = { worker: 0, workers: 1 };

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
 * @param kinds that the network's layers are of
 */
export function computeFeatureMaps(
  network: NetworkSpec,
  weights: Float32Array,
  image: Float32Array,
  kinds = LAYER_KINDS,
): FeatureMaps[] {
  const plan = planNetwork(network, { batchSize: 1, slices: 1, training: false, kinds });
  const memory = viewModel(allocateModel(plan), plan);
  importWeights(memory, plan, weights);
  const activations = viewArena(allocateArena(plan.activationFloats, 'activations'));
  const bound = bindNetwork({
    plan,
    memory,
    activations,
    sampleIds: new Int32Array(1),
    batchSize: 1,
    slices: 1,
    seed: 0,
    training: false,
    kernels: loadKernels(chooseKernelName()),
  });
  bound.batch.size = 1;
  bound.input.value.set(image);
  const runAll = (passes: Parameters<typeof groupIntoPhases>[0]) => {
    for (const phase of groupIntoPhases(passes)) runPhase(phase, bound.batch, ALONE);
  };
  runAll(bound.prepare);
  return plan.steps.flatMap(({ name, config, layer, outputs }) => {
    const passes = bound.forward.filter((pass) => pass.layer!.name === name);
    if (passes.length === 0) return [];
    runAll(passes);
    // A later layer may write over it.
    const { offset } = plan.tensors[outputs[0]!]!;
    const values = activations.slice(offset, offset + sizeOf(layer.output));
    return [{ name, kind: config.kind, shape: layer.output, values }];
  });
}
