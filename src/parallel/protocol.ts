import type { Augmentation } from '../dataset/augmentation.js';
import type { TestTimeAugmentation } from '../dataset/test-time-augmentation.js';
import type { LossResults, MixedLabels } from '../layers/loss.js';
import type { OwnShards } from '../network/shards.js';
import type { NetworkSpec } from '../network/spec.js';
import type { Averaging } from '../optim/averaging.js';
import type { Lookahead } from '../optim/lookahead.js';
import type { OptimizerOptions } from '../optim/optimizers/optimizer.js';
import type { RankJoinMemory } from '../optim/rank-join.js';
import type { Schedule } from '../optim/schedule.js';
import type { TrainingLength } from '../optim/training-length.js';
import type { PluginAddress } from '../plugins/plugins.js';
import type { PulseMemory } from './pulse.js';
import type { PassOutline } from './step-timer.js';
import type { RankPlace, Values } from './transport.js';

/** Images as workers read them; everything lies in shared memory. */
export interface SharedImages {
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
  /** Of a regression, in place of labels; else null. */
  readonly targets: Float32Array | null;
}

/** A run as its workers get it with every task: buffers are shared, not copied, and a thread binds it once. */
export interface SharedRun {
  readonly id: string;
  readonly workers: number;
  readonly kernels: string;
  /** A worker that gives no sign of life for so long is taken for mute. */
  readonly silenceLimitMs: number;
  readonly settings: RunSettings;
  /** Of each mini-batch, those that this process computes. */
  readonly ownShards: OwnShards;
  /** Null for a run that this process computes by itself. */
  readonly place: RankPlace | null;
  readonly memory: RunMemory;
}

/** What a run does: plain data. */
export interface RunSettings {
  readonly network: NetworkSpec;
  /** Modules that bring kinds of the network's layers, or the optimizer. */
  readonly plugins: readonly PluginAddress[];
  /** Images of the greatest mini-batch. */
  readonly batchSize: number;
  readonly slices: number;
  /** Of each mini-batch. */
  readonly shards: number;
  readonly seed: number;
  readonly length: TrainingLength;
  /** Steps of the whole training at most; infinite if only `length` counts. */
  readonly maxIterations: number;
  /** The run stops once no weight moves by more than this in a step; null if it does not ask. */
  readonly restEpsilon: number | null;
  readonly lookahead: Lookahead | null;
  /** Of the weights; it is evaluated, and kept at the end, in their place. */
  readonly averaging: Averaging | null;
  readonly labelSmoothing: number;
  readonly optimizer: OptimizerOptions;
  /** That gradients may have at most; null for any. */
  readonly clipNorm: number | null;
  readonly schedule: Schedule;
  /** Of the training images. */
  readonly augmentation: Augmentation;
}

/** What a run's workers read and write together: shared memory, all of it. */
export interface RunMemory {
  readonly model: SharedArrayBuffer;
  /** In the places of the weights: theirs before the step, if there is `restEpsilon`. */
  readonly previousWeights: Float32Array | null;
  /** Likewise, the slow ones of lookahead. */
  readonly slowWeights: Float32Array | null;
  /** Likewise, their average. */
  readonly averageWeights: Float32Array | null;
  /** See Clipping. */
  readonly squares: Float32Array | null;
  /** A mini-batch's; between epochs, evaluation's (see evaluation.ts). */
  readonly activations: SharedArrayBuffer;
  /** See CONTROL in control.ts. */
  readonly control: Int32Array;
  /** See task-board.ts. */
  readonly board: Int32Array;
  readonly pulse: PulseMemory;
  /** Null for a run that this process computes by itself. */
  readonly rankJoin: RankJoinMemory | null;
  /** See TOTALS. */
  readonly totals: Float64Array;
  /** Of the step at hand, those of each shard. */
  readonly shardTotals: Float64Array;
  readonly train: SharedImages;
  readonly test: EvaluationSet;
  /** Null without a validation split. */
  readonly validation: EvaluationSet | null;
  /** Subtracted from, then multiplied with, each element of an image. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  /** Of the training loss; null for 1. */
  readonly classWeights: Float32Array | null;
  /** Sample ids of the training images in this epoch's order. */
  readonly order: Int32Array;
  /** Of the mini-batch's images, in order; of each shard's at its place of as many as the greatest one has. */
  readonly batch: BatchArrays;
}

/** Images that the network is evaluated on. */
export interface EvaluationSet {
  readonly images: SharedImages;
  /** Which of them. */
  readonly samples: Int32Array;
  /** Of the samples, in order. */
  readonly results: LossResults;
  /** Likewise, what the network says of each in a regression: samples × targets; else null. */
  readonly outputs: Float32Array | null;
  /** Of a run over ranks, the same arrays with room for as many images of each (see shareEvaluation); else none. */
  readonly pieces: readonly Values[];
}

export interface BatchArrays extends LossResults {
  readonly sampleIds: Int32Array;
  readonly labels: Uint16Array;
  readonly mix: MixedLabels | null;
}

/** The arrays of some of the images. */
export function cutArrays(arrays: BatchArrays, begin: number, end: number): BatchArrays {
  const { loss, predicted, rank, sampleIds, labels, mix } = arrays;
  return {
    loss: loss.subarray(begin, end),
    predicted: predicted.subarray(begin, end),
    rank: rank.subarray(begin, end),
    sampleIds: sampleIds.subarray(begin, end),
    labels: labels.subarray(begin, end),
    mix: mix && { labels: mix.labels.subarray(begin, end), shares: mix.shares.subarray(begin, end) },
  };
}

/** Sums over the epoch so far. */
export const TOTALS = { loss: 0, errors: 1, images: 2 } as const;
export const TOTALS_LENGTH = 3;

/** Sums over a shard of one step, and why its process asks all to stop: bits of STOP. */
export const SHARD_TOTALS = { loss: 0, errors: 1, stop: 2 } as const;
export const SHARD_TOTALS_LENGTH = 3;

/** Some steps of an epoch that follow each other. */
export interface Stretch {
  /** From 0. */
  readonly epoch: number;
  /** Of the epoch, from 0. */
  readonly firstStep: number;
  /** Behind the last one. */
  readonly endStep: number;
}

/** Trains some steps; resolves when the worker's share is done, or the run is to stop. */
export interface TrainTask {
  readonly run: SharedRun;
  readonly worker: number;
  readonly stretch: Stretch;
  /** Where the worker of a profiled run puts its times, in shared memory: see TIMES in step-timer.ts. Null for any other run. */
  readonly times: Float64Array | null;
}

/** Tells what a training step is made of, and how fast this worker's core could be beside the others'. */
export interface OutlineTask {
  readonly run: SharedRun;
  readonly worker: number;
}

/** What an OutlineTask finds. */
export interface StepOutline {
  readonly passes: readonly PassOutline[];
  readonly phases: number;
  /** Null for a kernel set that cannot measure it. */
  readonly peakGflops: number | null;
}

/** Evaluates the worker's share of a set into its `results`. */
export interface EvaluateTask {
  readonly run: SharedRun;
  readonly worker: number;
  readonly on: 'test' | 'validation';
  readonly augmentation: TestTimeAugmentation;
}
