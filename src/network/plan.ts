import { ArenaLayout, FLOATS_PER_LINE } from '../core/arena.js';
import { MAX_CLASSES } from '../core/class-numbers.js';
import { UserError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import { countBundles } from '../kernels/lanes.js';
import { readsImages } from '../layers/initializer.js';
import type { LayerKinds, Layout, SharedPlan, StatePlan } from '../layers/layer.js';
import { countParameters, type ParameterPlan } from '../layers/parameter.js';
import { countParts } from '../layers/parts.js';
import { JOINT_KINDS, LAYER_KINDS } from '../layers/registry.js';
import type { FlatStep, FlatSteps, FlatTensor } from './flatten.js';
import { fuseLosses } from './fuse-loss.js';
import { fusePooling } from './fuse-pooling.js';
import { fuseRectifiers } from './fuse-rectifiers.js';
import { chooseGradientPlaces, type GradientPlace } from './gradient-places.js';
import { checkHeadShape, listLosses } from './heads.js';
import { flattenNetwork } from './layouts.js';
import { nameLayers } from './named-layers.js';
import type { NetworkSpec } from './spec.js';
import { chooseValuePlaces } from './value-places.js';

/** Where a tensor of the mini-batch lies. */
export interface TensorPlace extends Pick<FlatTensor, 'shape' | 'layout'> {
  /** In the activations, in floats; −1 if nobody computes it. */
  readonly offset: number;
  /** −1 if it has no gradient. */
  readonly gradientOffset: number;
}

/** A tensor of the mini-batch. Tensors that are made in place, or passed on, have the offsets of others. */
export interface TensorPlan extends FlatTensor, TensorPlace {}

/** A piece of a longer vector, in floats. */
export interface Slot {
  readonly offset: number;
  readonly size: number;
}

export interface SharedSlot extends Slot {
  /**
   * In the model's arena, which all workers share, or in the activations: in evaluation each worker has images of its own, and so has parts or
   * numbers of single images of its own. What is gathered of a mini-batch's shards lies in the joint one.
   */
  readonly arena: 'model' | 'activations' | 'joint';
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
export interface StepPlan extends FlatStep {
  readonly parameters: readonly PlannedParameter[];
  readonly state: readonly PlannedState[];
  readonly shared: Readonly<Record<string, SharedSlot>>;
  /** See LayerPlan. */
  readonly inner: Readonly<Record<string, TensorPlace>>;
}

/** A term of the loss. */
export interface PlannedLoss {
  /** Name of the layer. */
  readonly from: string;
  readonly kind: string;
  readonly weight: number;
  /** Among the tensors: what it is computed from, image after image. */
  readonly tensor: number;
}

/**
 * Everything about a network that can be known before training: a pure function of spec, mini-batch size and slices, so every
 * thread makes its own.
 */
export interface NetworkPlan extends PlanOptions {
  readonly shards: number;
  readonly tensors: readonly TensorPlan[];
  /** Those that nobody computes among them, for the places of their parameters: see isComputed. */
  readonly steps: readonly StepPlan[];
  /** The network's own, on the last tensor; behind it, in training alone, those of its heads. */
  readonly losses: readonly PlannedLoss[];
  /** Numbers that training changes by gradients. */
  readonly parameterCount: number;
  /** Floats of parameters and state, which together are what is saved. */
  readonly weightFloats: number;
  /** Floats of all parts' gradients. */
  readonly partialFloats: number;
  /** Bands of rows that a bundle of images in lanes is cut into. */
  readonly bands: number;
  readonly sharedFloats: number;
  /** Floats of what layers join over shards. */
  readonly jointFloats: number;
  /** Floats of all tensors and their gradients. */
  readonly activationFloats: number;
}

export interface PlanOptions {
  /** Images of the greatest mini-batch. */
  readonly batchSize: number;
  readonly slices: number;
  /** False plans no gradients. */
  readonly training: boolean;
  /** Whether a layer may be left to its neighbour, so that nobody can see what each makes by itself. Absent: in training. */
  readonly fuses?: boolean;
  /** Of layers; those that are built in unless it is given. */
  readonly kinds?: LayerKinds;
  /** Of each mini-batch, of which the plan is one: `batchSize` is the greatest one's. Absent: 1, the mini-batch itself. */
  readonly shards?: number;
}

/** Units that a mini-batch in lanes is cut into at least, to be shared out evenly among some workers. */
const MIN_UNITS = 12;
const MAX_BANDS = 8;

/**
 * Plans a network.
 *
 * @throws UserError if a layer does not fit its input
 */
export function planNetwork(spec: NetworkSpec, options: PlanOptions): NetworkPlan {
  const { batchSize, slices, training, fuses = training, kinds = LAYER_KINDS, shards = 1 } = options;
  const bands = training ? chooseBands(batchSize) : 1;
  const largest = { size: batchSize, slices, bands };
  const weights = new ArenaLayout();
  const partials = new ArenaLayout();
  const shared = new ArenaLayout();
  const joint = new ArenaLayout();
  const bookPartials = (size: number, layout: Layout): PartialsPlan => {
    const parts = countParts(layout, largest);
    const stride = Math.ceil(size / FLOATS_PER_LINE) * FLOATS_PER_LINE;
    return { layout, parts, stride, offset: training ? partials.book(parts * stride) : 0 };
  };

  const named = nameLayers(spec);
  const sites = listLosses(
    spec,
    named.map(({ name }) => name),
  );
  const heads = sites.slice(1).map(({ place }) => place);
  const withoutLosses = fuseLosses(named, sites);
  const layers = fuses ? fuseRectifiers(withoutLosses, heads) : withoutLosses;
  const flat = flattenNetwork(spec.input, layers, { cut: largest, heads, training, kinds });
  const network = fuses ? fusePooling(flat) : flat;
  checkInitializers(network);
  const losses = sites
    .filter((_, i) => training || i === 0)
    .map(({ place, ...loss }): PlannedLoss => {
      const tensor = network.heads.get(place) ?? network.tensors.length - 1;
      checkHeadShape(network.tensors[tensor]!.shape, network.tensors.at(-1)!.shape, layers[place]!.where);
      return { ...loss, from: layers[place]!.name, tensor };
    });
  const transients = network.steps.flatMap(({ layer }) => Object.values(layer.shared)).filter(isTransient);
  const turns = training ? shared.book(Math.max(0, ...transients.map(({ floats }) => floats))) : 0;
  const activations = new ArenaLayout();
  const { tensors, inner } = bookTensors(network, options, activations);
  const steps = network.steps.map((step, index): StepPlan => {
    const { name, layer, layout } = step;
    if (shards > 1) checkState(step);
    const sharedSlots = Object.entries(layer.shared).map(([key, plan]): [string, SharedSlot] => {
      if (plan.perShard) {
        const size = shards > 1 ? shards * plan.floats : 0;
        return [key, { arena: 'joint', offset: joint.book(size), size }];
      }
      const needed = training || (!plan.onlyInTraining && isComputed(step, options));
      const pieces = plan.perPart ? countParts(layout, largest) : plan.perImage ? batchSize : 1;
      const size = needed ? plan.floats * pieces : 0;
      if (!training && (plan.perPart || plan.perImage)) {
        return [key, { arena: 'activations', offset: activations.book(size), size }];
      }
      const offset = training && isTransient(plan) ? turns : shared.book(size);
      return [key, { arena: 'model', offset, size }];
    });
    return {
      ...step,
      parameters: layer.parameters.map((parameter) => ({
        ...parameter,
        label: `${name}.${parameter.name}`,
        offset: weights.book(parameter.size),
        partials: parameter.gradient === 'parts' ? bookPartials(parameter.size, layout) : null,
      })),
      state: layer.state.map((state) => ({ ...state, offset: weights.book(state.size) })),
      shared: Object.fromEntries(sharedSlots),
      inner: inner[index]!,
    };
  });

  return {
    batchSize,
    slices,
    training,
    shards,
    tensors,
    steps,
    losses,
    bands,
    parameterCount: countParameters(steps.flatMap((step) => step.parameters)),
    weightFloats: weights.floats,
    partialFloats: partials.floats,
    sharedFloats: shared.floats,
    jointFloats: joint.floats,
    activationFloats: activations.floats,
  };
}

/** What is moved by statistics of the mini-batch must know how to join those of its shards. */
function checkState({ name, kind, layer }: FlatStep): void {
  if (layer.state.length === 0 || Object.values(layer.shared).some(({ perShard }) => perShard)) return;
  throw new UserError(
    `${name}: expected shards=1 with ${kind.kind}, whose state every shard would move by itself, found more. Leave shards out.`,
  );
}

function isTransient({ transient = false }: SharedPlan): boolean {
  return transient;
}

/** Whether a step is computed: what heads alone depend on is so in training only. */
export function isComputed(
  { auxiliary }: Pick<FlatStep, 'auxiliary'>,
  { training }: Pick<PlanOptions, 'training'>,
): boolean {
  return training || !auxiliary;
}

/** Numbers that are made from the training images are for the layer that reads those. */
function checkInitializers({ steps, tensors }: FlatSteps): void {
  /** The images, and what forks and changes of layout make of them. */
  const images = new Set([0]);
  for (const { name, layer, kind, inputs, outputs } of steps) {
    const isImages = images.has(inputs[0]!);
    const passes = kind === JOINT_KINDS.fork || kind === JOINT_KINDS.relayout;
    if (isImages && passes) for (const output of outputs) images.add(output);
    const reader = layer.parameters.find(({ initializer }) => readsImages(initializer));
    if (reader && !isImages) {
      throw new UserError(
        `${name}: ${reader.initializer.kind}: expected the first layer, which reads the images, found one behind ` +
          `${tensors[inputs[0]!]!.name}. Take another initializer.`,
      );
    }
  }
}

/** Books memory for all values, and behind them for gradients if there is training; at last for what each step keeps for itself. */
function bookTensors(
  network: FlatSteps,
  { batchSize, training }: PlanOptions,
  activations: ArenaLayout,
): { tensors: TensorPlan[]; inner: Record<string, TensorPlace>[] } {
  const floatsOf = ({ shape, layout }: Pick<FlatTensor, 'shape' | 'layout'>) =>
    (layout === 'lanes' ? countBundles(batchSize) * BUNDLE_IMAGES : batchSize) * sizeOf(shape);
  const steps = network.steps.filter((step) => isComputed(step, { training }));
  const computed = new Set([0, ...steps.flatMap(({ outputs }) => outputs)]);
  const offsets: number[] = [];
  for (const [index, home] of chooseValuePlaces({ ...network, steps }, training).entries()) {
    const offset = () => activations.book(floatsOf(network.tensors[index]!));
    offsets.push(!computed.has(index) ? -1 : home === index ? offset() : offsets[home]!);
  }
  const places = training ? chooseGradientPlaces(network, floatsOf) : [];
  const gradientOffsets = new Map<GradientPlace, number>();
  for (const place of places) {
    if (place && !gradientOffsets.has(place)) gradientOffsets.set(place, activations.book(place.floats));
  }
  const tensors = network.tensors.map((tensor, index) => {
    const place = places[index];
    return { ...tensor, offset: offsets[index]!, gradientOffset: place ? gradientOffsets.get(place)! : -1 };
  });
  const inner = network.steps.map((step) => {
    const { layer, layout, inputs } = step;
    const learns = training && network.tensors[inputs[0]!]!.needsGradient;
    const shapes = isComputed(step, { training }) ? Object.entries(layer.inner ?? {}) : [];
    const places = shapes.map(([name, shape]): [string, TensorPlace] => {
      const floats = floatsOf({ shape, layout });
      const offset = activations.book(floats);
      return [name, { shape, layout, offset, gradientOffset: learns ? activations.book(floats) : -1 }];
    });
    return Object.fromEntries(places);
  });
  return { tensors, inner };
}

/** As many bands as make MIN_UNITS units of a mini-batch. */
function chooseBands(batchSize: number): number {
  return Math.min(MAX_BANDS, Math.ceil(MIN_UNITS / countBundles(batchSize)));
}

/**
 * The classes that a network tells apart: its last layer's channels.
 *
 * @throws UserError if that layer gives more than one position, or more classes than a run tells apart
 */
export function countClasses(plan: NetworkPlan): number {
  const { name, shape } = plan.tensors.at(-1)!;
  if (shape.height !== 1 || shape.width !== 1) {
    throw new UserError(
      `network: expected the last layer (${name}) to give 1×1×classes, found ${formatShape(shape)}. ` +
        'End with a fully connected layer.',
    );
  }
  if (shape.channels > MAX_CLASSES) {
    throw new UserError(
      `network: expected at most ${MAX_CLASSES} classes, found ${shape.channels} (${name}). ` +
        'Give the last layer fewer; a named network takes classes=10 or the like.',
    );
  }
  return shape.channels;
}
