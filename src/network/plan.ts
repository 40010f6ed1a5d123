import { ArenaLayout, FLOATS_PER_LINE } from '../core/arena.js';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import { MAX_PARTIALS } from '../kernels/kernels.js';
import { countGroups, GROUP_IMAGES } from '../kernels/lanes.js';
import {
  countParameters,
  type LayerConfig,
  type LayerPlan,
  type Layout,
  type ParameterPlan,
  type StatePlan,
} from '../layers/layer.js';
import { countParts, countUnits } from '../layers/parts.js';
import { findKind } from '../layers/registry.js';
import { relayout } from '../layers/relayout.js';
import type { NetworkSpec } from './spec.js';

/** A tensor of the mini-batch. Tensors made in place share their offsets with the one that they write over. */
export interface TensorPlan {
  readonly name: string;
  readonly shape: Shape;
  readonly layout: Layout;
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
  /** The parts' gradients, one after another; null if the gradient is summed by the layer itself. */
  readonly partials: PartialsPlan | null;
}

export interface PartialsPlan {
  /** Of the first part's gradient in the partial gradients, and from one part's to the next one's, in floats. */
  readonly offset: number;
  readonly stride: number;
  /** Of the greatest mini-batch. */
  readonly parts: number;
  readonly layout: Layout;
}

export interface PlannedState extends StatePlan, Slot {}

/** One step of the forward loop, and of the backward loop the other way round. */
export interface StepPlan {
  /** Of the layer in the spec; the one before for a step that the plan puts in. */
  readonly layerIndex: number;
  readonly name: string;
  /** Of the input. */
  readonly layout: Layout;
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
  /** Floats of all parts' gradients. */
  readonly partialFloats: number;
  /** Bands of rows that a group of images in lanes is cut into. */
  readonly bands: number;
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
/** With fewer images most lanes of a group would be idle. */
const MIN_IMAGES_IN_LANES = 8;
/** Units that a mini-batch in lanes is cut into at least, to be shared out evenly among some workers. */
const MIN_UNITS = 12;
const MAX_BANDS = 8;

/**
 * Plans a network.
 *
 * @throws UserError if a layer does not fit its input
 */
export function planNetwork(spec: NetworkSpec, options: PlanOptions): NetworkPlan {
  const { batchSize, slices, training } = options;
  const bands = training ? chooseBands(batchSize) : 1;
  const largest = { size: batchSize, slices, bands };
  const activations = new ArenaLayout();
  const weights = new ArenaLayout();
  const partials = new ArenaLayout();
  const shared = new ArenaLayout();
  const layers = planLayers(spec, largest);
  const floatsOf = (shape: Shape, layout: Layout) =>
    (layout === 'lanes' ? countGroups(batchSize) * GROUP_IMAGES : batchSize) * sizeOf(shape);
  const bookGradient = planGradients(activations, layers, floatsOf);
  const bookTensor = (name: string, shape: Shape, layout: Layout, needsGradient: boolean): TensorPlan => {
    const offset = activations.book(floatsOf(shape, layout));
    const gradientOffset = needsGradient && training ? bookGradient(shape, layout) : -1;
    return { name, shape, layout, offset, gradientOffset, needsGradient };
  };
  const bookPartials = (size: number, layout: Layout): PartialsPlan => {
    const parts = countParts(layout, largest);
    const stride = Math.ceil(size / FLOATS_PER_LINE) * FLOATS_PER_LINE;
    return { layout, parts, stride, offset: training ? partials.book(parts * stride) : 0 };
  };

  const tensors: TensorPlan[] = [bookTensor('input', spec.input, layers[0]!.layout, false)];
  let producerReadsOutput = false;
  // A gradient is needed from the first layer with parameters on.
  let learnsBefore = false;
  const steps = layers.map(({ layerIndex, name, config, layout, outputLayout, layer }, index): StepPlan => {
    const input = tensors[index]!;
    learnsBefore ||= layer.parameters.length > 0;
    const inPlace =
      layer.inPlace && !producerReadsOutput && index > 0 && input.needsGradient === learnsBefore;
    tensors.push(inPlace ? { ...input, name } : bookTensor(name, layer.output, outputLayout, learnsBefore));
    producerReadsOutput = layer.backwardReads.output;
    const sharedSlots = Object.entries(layer.shared).map(([key, { floats, perPart }]) => {
      const size = floats * (perPart ? countParts(layout, largest) : 1);
      return [key, { offset: shared.book(size), size }] as const;
    });
    return {
      layerIndex,
      name,
      layout,
      config,
      layer,
      input: index,
      output: index + 1,
      parameters: layer.parameters.map((parameter) => ({
        ...parameter,
        label: `${name}.${parameter.name}`,
        offset: weights.book(parameter.size),
        partials: parameter.gradient === 'parts' ? bookPartials(parameter.size, layout) : null,
      })),
      state: layer.state.map((state) => ({ ...state, offset: weights.book(state.size) })),
      shared: Object.fromEntries(sharedSlots),
    };
  });

  return {
    tensors,
    steps,
    bands,
    parameterCount: countParameters(steps.flatMap((step) => step.parameters)),
    weightFloats: weights.floats,
    partialFloats: partials.floats,
    sharedFloats: shared.floats,
    activationFloats: activations.floats,
  };
}

/**
 * Books gradients of tensors, in the order of the layers. In lanes two places take turns: every pass there that begins a new gradient waits
 * for the others, so by then nobody reads the one before last. Slices that lie one after another run through several layers
 * without waiting, and so need a place for each gradient.
 */
function planGradients(
  activations: ArenaLayout,
  layers: readonly PlannedLayer[],
  floatsOf: (shape: Shape, layout: Layout) => number,
): (shape: Shape, layout: Layout) => number {
  const inLanes = layers.filter(({ outputLayout }) => outputLayout === 'lanes');
  const largest = Math.max(0, ...inLanes.map(({ layer }) => floatsOf(layer.output, 'lanes')));
  const places: number[] = [];
  let turn = 0;
  return (shape, layout) => {
    if (layout === 'images') return activations.book(floatsOf(shape, layout));
    turn = 1 - turn;
    places[turn] ??= activations.book(largest);
    return places[turn]!;
  };
}

/** As many bands as make MIN_UNITS units of a mini-batch. */
function chooseBands(batchSize: number): number {
  return Math.min(MAX_BANDS, Math.ceil(MIN_UNITS / countGroups(batchSize)));
}

interface PlannedLayer {
  readonly layerIndex: number;
  readonly name: string;
  readonly config: LayerConfig;
  readonly layout: Layout;
  readonly outputLayout: Layout;
  readonly layer: LayerPlan;
}

/** A layer of the spec with a name for messages and tables. */
interface NamedLayer {
  readonly name: string;
  readonly where: string;
  readonly config: LayerConfig;
}

function nameLayers(spec: NetworkSpec): NamedLayer[] {
  const counts = new Map<string, number>();
  return spec.layers.map((config, index) => {
    const count = (counts.get(config.kind) ?? 0) + 1;
    counts.set(config.kind, count);
    const name = config.name ?? `${config.kind}${count}`;
    return { name, config, where: `${spec.name}: ${name} (layer ${index + 1})` };
  });
}

/** The layers in order, with a change of layout put in behind those that work in lanes. */
function planLayers(spec: NetworkSpec, cut: { size: number; bands: number }): PlannedLayer[] {
  const named = nameLayers(spec);
  const inLanes = countLayersInLanes(spec.input, named, cut);
  const planned: PlannedLayer[] = [];
  let shape: Shape = spec.input;
  const add = (
    layerIndex: number,
    { name, where, config }: NamedLayer,
    layout: Layout,
    outputLayout: Layout,
  ) => {
    const layer = findKind(config.kind).plan(config, shape, where, layout);
    planned.push({ layerIndex, name, config, layout, outputLayout, layer });
    shape = layer.output;
  };
  named.forEach((layer, index) => {
    const layout = index < inLanes ? 'lanes' : 'images';
    add(index, layer, layout, layout);
    if (index + 1 === inLanes) {
      const { kind } = relayout;
      add(index, { name: kind, where: layer.where, config: { kind } }, 'lanes', 'images');
    }
  });
  return planned;
}

/** How many layers, from the first on, work with images in lanes: a rule of shapes and the mini-batch's size alone. */
function countLayersInLanes(
  input: Shape,
  layers: readonly NamedLayer[],
  cut: { size: number; bands: number },
): number {
  if (cut.size < MIN_IMAGES_IN_LANES || countUnits(cut) > MAX_PARTIALS) return 0;
  let shape = input;
  let convolves = false;
  for (const [index, { config, where }] of layers.entries()) {
    const kind = findKind(config.kind);
    if (!kind.suitsLanes?.(config, shape)) return convolves ? index : 0;
    shape = kind.plan(config, shape, where, 'lanes').output;
    convolves ||= config.kind === 'convolution';
  }
  return convolves ? layers.length : 0;
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
