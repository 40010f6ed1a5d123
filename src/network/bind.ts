import { makeKey } from '../core/rng.js';
import type { Kernels } from '../kernels/kernels.js';
import type { BoundLayer, BoundTensor, Layout, ShardPlace } from '../layers/layer.js';
import { type Batch, type BlockPass, type Pass, passUntil } from '../layers/pass.js';
import { isBuiltIn } from '../layers/registry.js';
import { type NetworkMemory, viewParameters, viewTensor } from './memory.js';
import { isComputed, type NetworkPlan, type PlannedLoss, type StepPlan } from './plan.js';

/** A planned network tied to memory and kernels, in one thread. */
export interface BoundNetwork {
  readonly batch: Batch;
  readonly input: BoundTensor;
  readonly inputLayout: Layout;
  readonly output: BoundTensor;
  /** The terms of the loss: that of the output, and in training those of heads. */
  readonly losses: readonly BoundLoss[];
  /** Before the first forward after parameters have changed. */
  readonly prepare: readonly BlockPass[];
  /** In the order of the layers. */
  readonly forward: readonly Pass[];
  /** From the last layer to the first. */
  readonly backward: readonly Pass[];
}

export interface BoundLoss extends Omit<PlannedLoss, 'tensor' | 'from'> {
  readonly output: BoundTensor;
}

export interface BindOptions {
  readonly plan: NetworkPlan;
  readonly memory: NetworkMemory;
  readonly activations: Float32Array;
  /** Of each image of the mini-batch. */
  readonly sampleIds: Int32Array;
  readonly seed: number;
  readonly kernels: Kernels;
  /** Of a mini-batch, and which one it is. Absent: the network computes whole ones. */
  readonly shard?: { readonly place: ShardPlace; readonly whole: Batch };
}

/** Ties every layer of a plan to its memory. */
export function bindNetwork(options: BindOptions): BoundNetwork {
  const { plan, memory, activations, shard } = options;
  const { batchSize, slices, training } = plan;
  const batch: Batch = {
    size: 0,
    epoch: 0,
    step: 0,
    slices,
    bands: plan.bands,
    sampleIds: options.sampleIds,
    ...(shard && { whole: shard.whole }),
  };
  const arenas = { model: memory.shared, activations, joint: memory.joint };
  const tensors = plan.tensors.map((tensor) => viewTensor(activations, tensor, batchSize));
  const steps = plan.steps.filter((step) => isComputed(step, plan));
  const layers = steps.map((step): BoundLayer => {
    const inputs = step.inputs.map((index) => tensors[index]!);
    const outputs = step.outputs.map((index) => tensors[index]!);
    const shared = Object.entries(step.shared).map(
      ([name, { arena, offset, size }]) => [name, arenas[arena].subarray(offset, offset + size)] as const,
    );
    const inner = Object.entries(step.inner).map(
      ([name, place]) => [name, viewTensor(activations, place, batchSize)] as const,
    );
    const state = step.state.map(
      ({ name, offset, size }) => [name, memory.weights.subarray(offset, offset + size)] as const,
    );
    const bound = step.kind.bind(step.config, {
      layout: step.layout,
      inputs,
      outputs,
      input: inputs[0]!,
      output: outputs[0]!,
      parameters: viewParameters(memory, step),
      state: Object.fromEntries(state),
      shared: Object.fromEntries(shared),
      inner: Object.fromEntries(inner),
      kernels: options.kernels,
      batch,
      shard: shard?.place ?? null,
      training,
      needsInputGradient: plan.tensors[step.inputs[0]!]!.needsGradient,
      inputLearningEpochs: plan.tensors[step.inputs[0]!]!.learningEpochs,
      randomKey: makeKey(options.seed, 'dropout', step.layerIndex),
    });
    // Nothing is learned before the first parameters, so no gradient goes there; nor where all that learned is frozen.
    const { learningEpochs } = plan.tensors[step.outputs[0]!]!;
    const backward = labelPasses(step, 'input gradient', bound.backward);
    return {
      prepare: labelPasses(step, 'prepare', bound.prepare),
      forward: labelPasses(step, 'forward', bound.forward),
      backward: backward.flatMap((pass) => passUntil(learningEpochs, batch, pass)),
    };
  });
  return {
    batch,
    input: tensors[0]!,
    inputLayout: plan.tensors[0]!.layout,
    output: tensors.at(-1)!,
    losses: plan.losses.map(({ tensor, from: _, ...loss }) => ({ ...loss, output: tensors[tensor]! })),
    prepare: layers.flatMap((layer) => layer.prepare),
    forward: layers.flatMap((layer) => layer.forward),
    backward: layers.toReversed().flatMap((layer) => layer.backward),
  };
}

/** Passes that know their layer, and have the name of their list if they have none of their own. */
function labelPasses<P extends Pass>(step: StepPlan, name: string, passes: readonly P[]): P[] {
  const layer = { name: step.name, multiplyAddsPerImage: step.layer.multiplyAddsPerImage };
  // What others' kinds do beside calling kernels nobody knows.
  const known = isBuiltIn(step.kind) ? {} : { varies: true };
  return passes.map((pass) => ({ name, ...pass, ...known, layer }));
}
