import type { z } from 'zod';
import type { OptionsCheck } from '../core/options-check.js';
import type { PhiloxKey } from '../core/rng.js';
import type { Shape } from '../core/shape.js';
import type { Kernels } from '../kernels/kernels.js';
import type { ParameterPlan } from './parameter.js';
import type { Batch, BlockPass, Pass } from './pass.js';
import type { PatternVariant, PatternWord } from './pattern-word.js';
import type { WindowConfig } from './window.js';

/** A kind of step in a plan: how it is computed. */
export interface StepKind<Config extends LayerConfig = LayerConfig> {
  readonly kind: string;
  /** Its configuration in the short form of the chapter's table 15.2: `64; 3×3; p=1, st=1`. Absent: nothing to say. */
  describe?(config: Config, input: Shape): string;
  /** Whether the step can work on, and is quick on, bundles of images in lanes. Absent: never. */
  suitsLanes?(config: Config, input: Shape): boolean;
  /** Whether it gains so much by lanes that they are worth a change of layout behind it. Absent: it only puts up with them. */
  readonly gainsByLanes?: true;
  /** Ties a planned step to its memory. */
  bind(config: Config, site: LayerSite): BoundLayer;
}

/** A kind of step that the plan puts in between layers; specs cannot name it. */
export interface JointKind extends StepKind {
  /** What the step makes of inputs that fit. */
  plan(inputs: readonly Shape[]): LayerPlan;
}

/**
 * What a kind is to its neighbours. Where a pattern names no activation, one follows each layer that is `weighted`, but the last, behind its
 * `normalization`. Named networks take any `activation` in the place of theirs.
 */
export type LayerRole = 'weighted' | 'normalization' | 'activation';

/**
 * A kind of layer, whole: what its configuration may be, the shape it makes, what it learns, how it is computed. To add a
 * kind: one file, one line in registry.ts, one case in test/layers; words of patterns, options of models and the docs' tables follow.
 *
 * @typeParam Written what a user may write for it: see WrittenLayer
 */
export interface LayerKind<Config extends LayerConfig = LayerConfig, Written = unknown>
  extends StepKind<Config> {
  /** Absent: none of them. */
  readonly role?: LayerRole;
  /** What it computes, for the docs' table of activations. */
  readonly summary?: string;
  /**
   * Fields of its configuration that count channels: all of its output's, some that it adds, or parts of them. A check may train a narrower copy of a
   * network, with smaller numbers there.
   */
  readonly channelFields?: {
    readonly output?: keyof Config & string;
    readonly added?: readonly (keyof Config & string)[];
    /** Equal parts of the channels, which it must divide. */
    readonly divisor?: keyof Config & string;
  };
  /** How patterns write it. Absent: they cannot. */
  readonly pattern?: PatternWord | PatternVariant;
  /** Checks a configuration and fills in its defaults: see parseLayerConfig. What it gives it also takes. */
  readonly schema: z.ZodType<Config, Written> | OptionsCheck<Config>;
  /**
   * What the layer makes of an input.
   *
   * @param where names the layer in messages, for instance `conv2 (layer 4)`
   * @throws UserError if the input does not fit
   */
  plan(config: Config, input: Shape, where: string, layout: Layout): LayerPlan;
}

/** A kind whose configuration its schema tells. */
export type LayerKindOf<Schema extends z.ZodType<LayerConfig>> = LayerKind<z.output<Schema>, z.input<Schema>>;

/** Kinds of layer by their names in a spec. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has its own configuration, checked by its own schema
export type LayerKinds = Readonly<Record<string, LayerKind<any>>>;

export interface LayerConfig {
  readonly kind: string;
  readonly name?: string | undefined;
  /** Names of the layers that it reads, or `input`. Absent: the layer before it. */
  readonly inputs?: readonly string[] | undefined;
}

/**
 * How a tensor of the mini-batch lies in memory: image after image, n×h×w×c; or in bundles of 16 images side by side,
 * bundles×h×w×c×16 (see kernels/lanes.ts). The plan chooses, by shapes alone.
 */
export type Layout = 'images' | 'lanes';

/** Sizes of a layer, before any memory exists. Pure data. */
export interface LayerPlan {
  /** Of the output; of each of them, if there are several. */
  readonly output: Shape;
  readonly parameters: readonly ParameterPlan[];
  /** Numbers that training moves without gradients (running statistics); saved with the parameters. */
  readonly state: readonly StatePlan[];
  /** Memory of the layer that all workers share, in floats; in evaluation, where they share no images, not that of parts and images. */
  readonly shared: Readonly<Record<string, SharedPlan>>;
  /** Tensors that the layer keeps for itself from forward to backward; they have gradients where its input has one. Absent: none. */
  readonly inner?: Readonly<Record<string, Shape>>;
  /**
   * True if forward may write over its input, and backward over its output's gradient; `in evaluation` if forward may where no backward follows. Of
   * several inputs or outputs, over the first or the second.
   */
  readonly inPlace: boolean | 'in evaluation';
  /**
   * What passes through as it is, without being written again: the input's `value`, which all outputs are, or the output's
   * `gradient`, which all inputs' gradients are.
   */
  readonly passesOn?: 'value' | 'gradient';
  /** What backward reads: decides whose output may be written over. */
  readonly backwardReads: { readonly input: boolean; readonly output: boolean };
  /** Of products; work element by element is not counted. */
  readonly multiplyAddsPerImage: number;
  /** Numbers of one image in each of the mini-batch's statistics by which the layer normalises. Absent: it has none. */
  readonly valuesPerStatistic?: number;
  /**
   * The input positions that one output position depends on, but by statistics that the layer normalises by. Absent: those at its own position
   * alone.
   */
  readonly window?: Pick<WindowConfig, 'kernel' | 'stride' | 'dilation'>;
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
  /** One such piece for each image of the mini-batch. */
  readonly perImage?: boolean;
  /** In training the layer fills it anew for each pass that reads it, and all such layers take turns with one piece. */
  readonly transient?: boolean;
  readonly onlyInTraining?: boolean;
  /** One such piece for each shard of the mini-batch, which all shards see; none if it is whole. See Pass.gathers. */
  readonly perShard?: boolean;
}

/** Which of a mini-batch's shards a layer is bound for. */
export interface ShardPlace {
  readonly index: number;
  readonly shards: number;
  /** Whether it moves the state, which is the same for all of them: one in each process does. */
  readonly movesState: boolean;
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
  readonly inner: Readonly<Record<string, BoundTensor>>;
  readonly kernels: Kernels;
  readonly batch: Batch;
  /** Null if the mini-batch is whole. */
  readonly shard: ShardPlace | null;
  /** False for evaluation: running statistics, no dropout, no backward. */
  readonly training: boolean;
  /** False for the first layers of a net, whose input's gradient nobody reads. */
  readonly needsInputGradient: boolean;
  /** Epochs after which nobody reads it either, since what learned before this layer is frozen; mostly infinite. */
  readonly inputLearningEpochs: number;
  /** Key of this layer's random numbers. */
  readonly randomKey: PhiloxKey;
}

export interface BoundLayer {
  /** Before forward, whenever parameters have changed. These wait for the parameters only. */
  readonly prepare: readonly BlockPass[];
  readonly forward: readonly Pass[];
  /** Overwrites the input's gradient and the parameters' gradients. Empty in evaluation. */
  readonly backward: readonly Pass[];
}

/** A layer's plan without parameters, state or shared memory: for kinds that only transform. */
export function planTransform(
  output: Shape,
  options: Pick<LayerPlan, 'inPlace' | 'backwardReads' | 'passesOn' | 'window'>,
): LayerPlan {
  return { output, parameters: [], state: [], shared: {}, multiplyAddsPerImage: 0, ...options };
}
