import { ArenaLayout } from '../core/arena.js';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { LayerConfig, LayerPlan, ParameterPlan, StatePlan } from '../layers/layer.js';
import { LAYER_KINDS } from '../layers/registry.js';
import type { NetworkSpec } from './spec.js';

/** A tensor of the mini-batch. Tensors made in place share their offsets with the one that they write over. */
export interface TensorPlan {
  readonly name: string;
  readonly shape: Shape;
  /** In the activations, in floats. */
  readonly offset: number;
  readonly gradientOffset: number;
  readonly needsGradient: boolean;
}

/** A piece of a longer vector, in floats. */
export interface Slot {
  readonly offset: number;
  readonly size: number;
}

export interface PlannedParameter extends ParameterPlan, Slot {
  /** `conv1.kernel` */
  readonly label: string;
  /** Of the first slice's gradient in the partial gradients; -1 if the gradient is summed by the layer itself. */
  readonly partialOffset: number;
}

export interface PlannedState extends StatePlan, Slot {}

/** One step of the forward loop, and of the backward loop the other way round. */
export interface StepPlan {
  readonly index: number;
  readonly name: string;
  readonly config: LayerConfig;
  readonly layer: LayerPlan;
  /** Indices of tensors. */
  readonly input: number;
  readonly output: number;
  readonly parameters: readonly PlannedParameter[];
  readonly state: readonly PlannedState[];
  /** In the model's arena. */
  readonly shared: Readonly<Record<string, Slot>>;
}

/**
 * Everything about a network that can be known before training: a pure function of spec, mini-batch size and slices, so every
 * thread makes its own.
 */
export interface NetworkPlan {
  readonly tensors: readonly TensorPlan[];
  readonly steps: readonly StepPlan[];
  /** Numbers that training changes by gradients. */
  readonly parameterCount: number;
  /** Floats of parameters and state, which together are what is saved. */
  readonly weightFloats: number;
  /** Floats of one slice's partial gradients. */
  readonly partialFloats: number;
  readonly sharedFloats: number;
  /** Floats of all tensors and their gradients. */
  readonly activationFloats: number;
}

export interface PlanOptions {
  /** Images of the greatest mini-batch. */
  readonly batchSize: number;
  readonly slices: number;
  /** False plans no gradients. */
  readonly training: boolean;
}

/** Classes fit into a byte. */
const MAX_CLASSES = 256;

/**
 * Plans a network.
 *
 * @throws UserError if a layer does not fit its input
 */
export function planNetwork(spec: NetworkSpec, options: PlanOptions): NetworkPlan {
  const activations = new ArenaLayout();
  const weights = new ArenaLayout();
  const partials = new ArenaLayout();
  const shared = new ArenaLayout();
  const bookTensor = (name: string, shape: Shape, needsGradient: boolean): TensorPlan => {
    const floats = options.batchSize * sizeOf(shape);
    const offset = activations.book(floats);
    const gradientOffset = needsGradient && options.training ? activations.book(floats) : -1;
    return { name, shape, offset, gradientOffset, needsGradient };
  };

  const layers = planLayers(spec);
  const tensors: TensorPlan[] = [bookTensor('input', spec.input, false)];
  let producerReadsOutput = false;
  // A gradient is needed from the first layer with parameters on.
  let learnsBefore = false;
  const steps = layers.map(({ name, config, layer }, index): StepPlan => {
    const input = tensors[index]!;
    learnsBefore ||= layer.parameters.length > 0;
    const inPlace =
      layer.inPlace && !producerReadsOutput && index > 0 && input.needsGradient === learnsBefore;
    tensors.push(inPlace ? { ...input, name } : bookTensor(name, layer.output, learnsBefore));
    producerReadsOutput = layer.backwardReads.output;
    const sharedSlots = Object.entries(layer.shared).map(([key, { floats, perSlice }]) => {
      const size = floats * (perSlice ? options.slices : 1);
      return [key, { offset: shared.book(size), size }] as const;
    });
    return {
      index,
      name,
      config,
      layer,
      input: index,
      output: index + 1,
      parameters: layer.parameters.map((parameter) => ({
        ...parameter,
        label: `${name}.${parameter.name}`,
        offset: weights.book(parameter.size),
        partialOffset: parameter.gradient === 'slices' ? partials.book(parameter.size) : -1,
      })),
      state: layer.state.map((state) => ({ ...state, offset: weights.book(state.size) })),
      shared: Object.fromEntries(sharedSlots),
    };
  });

  return {
    tensors,
    steps,
    parameterCount: steps.flatMap((step) => step.parameters).reduce((sum, { size }) => sum + size, 0),
    weightFloats: weights.floats,
    partialFloats: partials.floats,
    sharedFloats: shared.floats,
    activationFloats: activations.floats,
  };
}

function planLayers(spec: NetworkSpec): { name: string; config: LayerConfig; layer: LayerPlan }[] {
  const counts = new Map<string, number>();
  let shape = spec.input;
  return spec.layers.map((config, index) => {
    const count = (counts.get(config.kind) ?? 0) + 1;
    counts.set(config.kind, count);
    const name = config.name ?? `${config.kind}${count}`;
    const layer = LAYER_KINDS[config.kind]!.plan(config, shape, `${spec.name}: ${name} (layer ${index + 1})`);
    shape = layer.output;
    return { name, config, layer };
  });
}

/**
 * The classes that a network tells apart: its last layer's channels.
 *
 * @throws UserError if that layer gives more than one position
 */
export function countClasses(plan: NetworkPlan): number {
  const { name, shape } = plan.tensors.at(-1)!;
  if (shape.height !== 1 || shape.width !== 1 || shape.channels > MAX_CLASSES) {
    throw new UserError(
      `network: expected the last layer (${name}) to give 1×1×classes with at most ${MAX_CLASSES} classes, ` +
        `found ${formatShape(shape)}. End with a fully connected layer.`,
    );
  }
  return shape.channels;
}
