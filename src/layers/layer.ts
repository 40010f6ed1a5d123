import type { z } from 'zod';
import type { PhiloxKey } from '../core/rng.js';
import type { Shape } from '../core/shape.js';
import type { Kernels } from '../kernels/kernels.js';
import type { Initializer, KernelInitializer } from './initializer.js';
import type { KernelShape } from './kernel-shape.js';
import type { WindowConfig } from './window.js';

/** A kind of step in a plan: how it is computed. */
export interface StepKind<Config extends LayerConfig = LayerConfig> {
  readonly kind: string;
  /** Its configuration in the short form of the chapter's table 15.2 (seed 004): `64; 3×3; p=1, st=1`. Absent: nothing to say. */
  describe?(config: Config, input: Shape): string;
  /** Whether the step can work on, and is quick on, groups of images in lanes. Absent: never. */
  suitsLanes?(config: Config, input: Shape): boolean;
  /** Ties a planned step to its memory. */
  bind(config: Config, site: LayerSite): BoundLayer;
}

/** A kind of step that the plan puts in between layers; specs cannot name it. */
export interface JointKind extends StepKind {
  /** What the step makes of inputs that fit. */
  plan(inputs: readonly Shape[]): LayerPlan;
}

/**
 * A kind of layer, whole: what its configuration may be, the shape it makes, what it learns, how it is computed. To add a
 * kind: one file, one line in registry.ts, one test file.
 */
export interface LayerKind<Config extends LayerConfig = LayerConfig> extends StepKind<Config> {
  /** Checks a configuration and fills in its defaults. */
  readonly schema: z.ZodType<Config>;
  /**
   * What the layer makes of an input.
   *
   * @param where names the layer in messages, for instance `conv2 (layer 4)`
   * @throws UserError if the input does not fit
   */
  plan(config: Config, input: Shape, where: string, layout: Layout): LayerPlan;
}

export interface LayerConfig {
  readonly kind: string;
  readonly name?: string | undefined;
}

/**
 * How a tensor of the mini-batch lies in memory: image after image, n×h×w×c; or in groups of 16 images side by side,
 * groups×h×w×c×16 (see kernels/lanes.ts). The plan chooses, by shapes alone.
 */
export type Layout = 'images' | 'lanes';

/** Sizes of a layer, before any memory exists. Pure data. */
export interface LayerPlan {
  /** Of the output; of each of them, if there are several. */
  readonly output: Shape;
  readonly parameters: readonly ParameterPlan[];
  /** Numbers that training moves without gradients (running statistics); saved with the parameters. */
  readonly state: readonly StatePlan[];
  /** Memory of the layer that all workers share, in floats. */
  readonly shared: Readonly<Record<string, SharedPlan>>;
  /**
   * True if forward may write over its input, and backward over its output's gradient. Of several inputs or outputs, over the first or the
   * second.
   */
  readonly inPlace: boolean;
  /**
   * What passes through as it is, without being written again: the input's `value`, which all outputs are, or the output's
   * `gradient`, which all inputs' gradients are.
   */
  readonly passesOn?: 'value' | 'gradient';
  /** What backward reads: decides whose output may be written over. */
  readonly backwardReads: { readonly input: boolean; readonly output: boolean };
  /** Of products; work element by element is not counted. */
  readonly multiplyAddsPerImage: number;
  /** The input positions that one output position depends on. Absent: those at its own position alone. */
  readonly window?: Pick<WindowConfig, 'kernel' | 'stride'>;
}

export interface ParameterPlan {
  readonly name: string;
  readonly size: number;
  /** For whoever reads it from a file, rows before columns. Absent: a vector of `size` numbers. */
  readonly shape?: readonly number[];
  /** Elements that are no parameters but stay zero, with a gradient of zero: weights that a connection table leaves out. */
  readonly absent?: readonly number[];
  readonly initializer: Initializer | KernelInitializer;
  /** Numbers that one output depends on, and outputs that one input goes to: for He's and Glorot's initialisation. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** Factors on the run's learning rate and weight decay. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Epochs for which it is trained, before it is frozen. Absent: all. */
  readonly epochs?: number | undefined;
  /** Of a convolution's kernel alone: where its numbers stand. */
  readonly kernel?: KernelShape;
  /** `parts`: one partial gradient a part of the mini-batch, reduced later. `whole`: the layer itself sums over the mini-batch. */
  readonly gradient: 'parts' | 'whole';
}

/** Epochs for which a parameter learns: 0 with a learning rate of 0, infinite if it is never frozen. */
export function countLearningEpochs({
  learningRate,
  epochs = Number.POSITIVE_INFINITY,
}: Pick<ParameterPlan, 'learningRate' | 'epochs'>): number {
  return learningRate === 0 ? 0 : epochs;
}

/** How many numbers of some parameters training changes. */
export function countParameters(parameters: readonly ParameterPlan[]): number {
  return parameters
    .filter((parameter) => countLearningEpochs(parameter) > 0)
    .reduce((sum, { size, absent }) => sum + size - (absent?.length ?? 0), 0);
}

export interface StatePlan {
  readonly name: string;
  readonly size: number;
  readonly initial: number;
}

export interface SharedPlan {
  readonly floats: number;
  /** One such piece for each part of the mini-batch. */
  readonly perPart?: boolean;
  /** In training the layer fills it anew for each pass that reads it, and all such layers take turns with one piece. */
  readonly transient?: boolean;
  readonly onlyInTraining?: boolean;
}

/** A tensor of the mini-batch. `gradient` is empty if nobody needs it. */
export interface BoundTensor {
  readonly shape: Shape;
  readonly value: Float32Array;
  readonly gradient: Float32Array;
}

export interface BoundParameter {
  readonly value: Float32Array;
  /** See countLearningEpochs: from then on nobody reads its gradient. */
  readonly learningEpochs: number;
  /** Where the gradient of that part goes (overwritten); with `gradient: 'whole'` the same array for all. */
  readonly gradient: readonly Float32Array[];
}

/** Where a bound layer works: its tensors, its memory, its kernels. */
export interface LayerSite {
  /** Of the input. */
  readonly layout: Layout;
  /** All tensors that the step reads, and that it makes; a layer has one of each. */
  readonly inputs: readonly BoundTensor[];
  readonly outputs: readonly BoundTensor[];
  /** The first of them. */
  readonly input: BoundTensor;
  readonly output: BoundTensor;
  readonly parameters: Readonly<Record<string, BoundParameter>>;
  readonly state: Readonly<Record<string, Float32Array>>;
  readonly shared: Readonly<Record<string, Float32Array>>;
  readonly kernels: Kernels;
  readonly scratch: Scratch;
  readonly batch: Batch;
  /** False for evaluation: running statistics, no dropout, no backward. */
  readonly training: boolean;
  /** False for the first layers of a net, whose input's gradient nobody reads. */
  readonly needsInputGradient: boolean;
  /** Epochs after which nobody reads it either, since what learned before this layer is frozen; mostly infinite. */
  readonly inputLearningEpochs: number;
  /** Key of this layer's random numbers. */
  readonly randomKey: PhiloxKey;
}

/** The mini-batch at hand; its fields change from step to step. */
export interface Batch {
  /** Images. */
  size: number;
  /** From 0. */
  epoch: number;
  /** Steps since the start of training, from 0. */
  step: number;
  /** Slices of a mini-batch, fixed for a run. */
  readonly slices: number;
  /** Bands of rows that a group of images in lanes is cut into, fixed for a run. */
  readonly bands: number;
  /** Index of each image in the data set. */
  readonly sampleIds: Int32Array;
}

/** Images [first, first + count) of the mini-batch. */
export interface Slice {
  readonly index: number;
  readonly first: number;
  readonly count: number;
}

/** A band of rows of a group of images in lanes: of a tensor h high, rows floor(band·h / bands) to floor((band + 1)·h / bands). */
export interface Unit {
  readonly index: number;
  readonly group: number;
  /** Of the group; 1 to 16. */
  readonly images: number;
  readonly band: number;
  readonly bands: number;
}

/**
 * A piece of a layer's work on the mini-batch. Workers share its tasks out; which worker does which cannot show in the
 * results.
 */
export type Pass = SlicePass | UnitPass | BlockPass;

/** What a profile tells of a pass. */
export interface PassLabel {
  /** What it computes. Absent: `prepare`, `forward` or `input gradient`, by the list that the pass stands in. */
  readonly name?: string;
  /** How many of the layer's products it computes, of `multiplyAddsPerImage` each. Absent: none. */
  readonly products?: number;
}

interface PassOrder extends PassLabel {
  /** True if it reads what earlier passes made for other tasks. */
  readonly waits: boolean;
  /** True if it writes what belongs to other tasks, so that the next pass waits. */
  readonly strays?: boolean;
  /**
   * True if no pass of the list depends on it, such as a kernel's gradient, which only the update reads: those behind it need not wait for it.
   * If it waits itself, it is put off until the next barrier that others need; so nothing may write what it reads.
   */
  readonly aside?: boolean;
  /** Called once by every worker, tasks or none, before any task of the phase; for what each keeps for itself. */
  begin?(worker: number): void;
  /** Whose pass it is; the network fills that in. Absent for what belongs to no layer. */
  readonly layer?: { readonly name: string; readonly multiplyAddsPerImage: number };
}

/** One task a slice. Such passes run one after another on each slice, while it is in the cache, unless one waits. */
export interface SlicePass extends PassOrder {
  readonly over: 'slices';
  run(slice: Slice): void;
}

/** One task a unit, likewise. */
export interface UnitPass extends PassOrder {
  readonly over: 'units';
  run(unit: Unit): void;
}

/** Tasks of the layer's own cut, over the whole mini-batch: [first, first + count) of `blocks`. */
export interface BlockPass extends PassOrder {
  readonly over: 'blocks';
  readonly blocks: number;
  run(first: number, count: number): void;
}

export interface BoundLayer {
  /** Before forward, whenever parameters have changed. These wait for the parameters only. */
  readonly prepare: readonly BlockPass[];
  readonly forward: readonly Pass[];
  /** Overwrites the input's gradient and the parameters' gradients. Empty in evaluation. */
  readonly backward: readonly Pass[];
}

/** One thread's memory for what need not outlive a kernel call. Layers book while they are bound; it is allocated after that. */
export class Scratch {
  #floats = new Float32Array(0);
  #booked = 0;

  book(floats: number): void {
    this.#booked = Math.max(this.#booked, floats);
  }

  allocate(): void {
    this.#floats = new Float32Array(this.#booked);
  }

  get floats(): Float32Array {
    return this.#floats;
  }
}

/** Memory of a thread's own, as precise as the network's: a check computes one in float64. */
export function allocateLike(values: Float32Array, length: number): Float32Array {
  return new (values.constructor as Float32ArrayConstructor)(length);
}

/** A layer's plan without parameters, state or shared memory: for kinds that only transform. */
export function planTransform(
  output: Shape,
  options: Pick<LayerPlan, 'inPlace' | 'backwardReads' | 'passesOn' | 'window'>,
): LayerPlan {
  return { output, parameters: [], state: [], shared: {}, multiplyAddsPerImage: 0, ...options };
}

/**
 * A pass that does nothing from an epoch on; none at all if that is the first.
 *
 * @param epochs that it is needed for
 */
export function passUntil<P extends Pass>(epochs: number, batch: Batch, pass: P): P[] {
  if (epochs === 0) return [];
  if (epochs === Number.POSITIVE_INFINITY) return [pass];
  const run = pass.run as (...task: unknown[]) => void;
  const runWhileNeeded = (...task: unknown[]) => {
    if (batch.epoch < epochs) run(...task);
  };
  return [{ ...pass, run: runWhileNeeded }];
}

/** A pass over slices that needs only its own slice. */
export function overSlices(run: (slice: Slice) => void, label: PassLabel = {}): SlicePass {
  return { over: 'slices', waits: false, ...label, run };
}
