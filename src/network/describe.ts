import { type Shape, sizeOf } from '../core/shape.js';
import { countParameters } from '../layers/parameter.js';
import { JOINT_KINDS, LAYER_KINDS } from '../layers/registry.js';
import type { HeadSpec } from './heads.js';
import { countTensorFloats, layOutModel } from './memory.js';
import type { OptimizerNeeds } from './optimizer-memory.js';
import { type NetworkPlan, type PlanOptions, planNetwork } from './plan.js';
import { type Extent, traceFieldsBack, traceFieldsInInput } from './receptive-field.js';
import { cutMiniBatch } from './shards.js';
import type { NetworkSpec } from './spec.js';

const FLOAT_BYTES = 4;

/** One layer of a network, or the join of branches: a line of the chapter's table 15.2 and what it costs. */
export interface LayerDescription {
  readonly name: string;
  readonly kind: string;
  /** Its configuration in short: `64; 3×3; p=1, st=1`. */
  readonly description: string;
  /** What it reads, where its configuration names that. */
  readonly inputs?: readonly string[];
  readonly output: Shape;
  /**
   * What of this layer's input one element in front of the first fully connected layer depends on, along y and x, padding included, as in
   * table 15.2; null behind that layer. See traceFieldsBack.
   */
  readonly receptiveField: Extent | null;
  /** What of the network's input one element of this layer's output depends on, padding included. */
  readonly fieldInInput: Extent;
  readonly parameters: number;
  /** Of products, for one image forward; a training step has about three times as many. */
  readonly multiplyAdds: number;
  /** Of its output for one image; 0 if it writes over its input. */
  readonly activationBytes: number;
}

/** What a network takes in memory, with the mini-batch of the description. */
export interface MemoryDescription {
  /** Outputs of all layers, and inputs with the borders that padding other than zeros makes. */
  readonly activations: number;
  /** Gradients of those outputs; layers may take turns in one place. */
  readonly activationGradients: number;
  /** Parameters and running statistics, their gradients; partial gradients; what layers share; what the optimizer keeps. */
  readonly model: number;
  readonly total: number;
}

export interface NetworkDescription {
  readonly name: string;
  readonly input: Shape;
  /** Of one image, as floats. */
  readonly inputBytes: number;
  readonly layers: readonly LayerDescription[];
  readonly loss: string;
  /** Losses on other layers, in training alone. Absent: none. */
  readonly heads?: readonly HeadSpec[];
  readonly parameters: number;
  /** Of products, for one image forward. */
  readonly multiplyAdds: number;
  /** Outputs of all layers, and the input, for one image. */
  readonly activationBytes: number;
  readonly batchSize: number;
  /** In bytes. */
  readonly trainingMemory: MemoryDescription;
}

interface DescribeOptions extends Partial<Omit<PlanOptions, 'training'>> {
  /** Images of the whole mini-batch. */
  readonly batchSize?: number;
  /** Of the optimizer that the network is to be trained with. Absent: one number a parameter, as SGD's velocity. */
  readonly needsOf?: (plan: NetworkPlan) => OptimizerNeeds;
}

/**
 * Describes a network layer by layer: shapes, receptive fields, parameters, multiply-adds, memory. Only plans it: nothing of its size is
 * allocated.
 *
 * @throws UserError if a layer does not fit its input
 */
export function describeNetwork(
  spec: NetworkSpec,
  {
    batchSize = 100,
    slices = 12,
    shards = 1,
    needsOf = keepVelocities,
    kinds = LAYER_KINDS,
  }: DescribeOptions = {},
): NetworkDescription {
  const cut = cutMiniBatch({ batchSize, slices, shards }, kinds);
  const plan = planNetwork(spec, cut);
  const layers = describeLayers(planNetwork(spec, { ...cut, fuses: false }), plan);
  const inputBytes = FLOAT_BYTES * sizeOf(spec.input);
  return {
    name: spec.name,
    input: spec.input,
    inputBytes,
    layers,
    loss: spec.loss,
    ...(spec.heads && { heads: spec.heads }),
    parameters: plan.parameterCount,
    multiplyAdds: sum(layers.map(({ multiplyAdds }) => multiplyAdds)),
    activationBytes: inputBytes + sum(layers.map(({ activationBytes }) => activationBytes)),
    batchSize,
    trainingMemory: describeMemory(plan, needsOf(plan)),
  };
}

/** @param fused the same plan, with what is trained: of tensors that it makes none, it has no memory */
function describeLayers(plan: NetworkPlan, fused: NetworkPlan): LayerDescription[] {
  const fields = traceFieldsBack(plan);
  const fieldsInInput = traceFieldsInInput(plan);
  const layers: LayerDescription[] = [];
  /** By tensor, which of them has made it. */
  const makers = new Map<number, number>();
  for (const { name, config, kind, layer, parameters, inputs, outputs } of plan.steps) {
    const [input, output] = [inputs[0]!, outputs[0]!];
    // A fork makes nothing; a change of layout is no layer of the spec, and its memory counts for the layer whose output it changes.
    const isJoint = kind === JOINT_KINDS.fork || kind === JOINT_KINDS.relayout;
    const maker = isJoint ? makers.get(input) : layers.length;
    if (maker !== undefined) for (const output of outputs) makers.set(output, maker);
    const { offset } = fused.tensors[output]!;
    const isOwn = offset >= 0 && inputs.every((one) => fused.tensors[one]!.offset !== offset);
    const activationBytes = isOwn ? FLOAT_BYTES * sizeOf(layer.output) : 0;
    if (isJoint) {
      if (maker !== undefined) layers[maker] = addBytes(layers[maker]!, activationBytes);
      continue;
    }
    layers.push({
      name,
      kind: kind.kind,
      description: kind.describe?.(config, plan.tensors[input]!.shape) ?? '',
      ...(config.inputs && { inputs: config.inputs }),
      output: layer.output,
      receptiveField: fields[input]!,
      fieldInInput: fieldsInInput[output]!,
      parameters: countParameters(parameters),
      multiplyAdds: layer.multiplyAddsPerImage,
      activationBytes,
    });
  }
  return layers;
}

function addBytes(layer: LayerDescription, bytes: number): LayerDescription {
  return { ...layer, activationBytes: layer.activationBytes + bytes };
}

function keepVelocities({ steps }: NetworkPlan): OptimizerNeeds {
  const parameters = steps.flatMap((step) => step.parameters);
  return {
    slots: parameters.map(({ label, size }) => ({ name: 'velocity', parameter: label, size })),
    workFloats: 0,
  };
}

function describeMemory(plan: NetworkPlan, needs: OptimizerNeeds): MemoryDescription {
  const tensors = [...plan.tensors, ...plan.steps.flatMap(({ inner }) => Object.values(inner))];
  const made = tensors.filter(({ offset }) => offset >= 0);
  const places = new Map(made.map((tensor) => [tensor.offset, tensor]));
  const floats = [...places.values()].map((tensor) => countTensorFloats(tensor, plan.batchSize));
  const activations = FLOAT_BYTES * plan.shards * sum(floats);
  const model = FLOAT_BYTES * layOutModel(plan, needs).floats;
  const planned = FLOAT_BYTES * plan.shards * plan.activationFloats;
  return { activations, activationGradients: planned - activations, model, total: planned + model };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
