import type { Dataset } from '../dataset/dataset.js';
import type { PictureReading } from '../image/read-image.js';
import type { WorkerPool } from '../parallel/pool.js';
import type { PluginSource } from '../plugins/load.js';
import type { ClassErrors } from './class-errors.js';
import type { Normalization } from './normalize.js';
import type { TrainingProfile } from './profile.js';
import type { ResolvedRunSpec } from './spec.js';

/** What a network does on the test images. The loss is a mean over images; errors are percentages, null in a regression. */
export interface TestMetrics {
  readonly testLoss: number;
  readonly testErrorPercent: number | null;
  readonly testTop5ErrorPercent: number | null;
  /** Root of the mean squared error over all targets of all images, in the targets' units; in a regression alone. */
  readonly testRmse?: number;
  /** The targets' mean coefficient of determination: see RegressionFit. In a regression alone. */
  readonly testR2?: number;
}

/** What is measured after each epoch, without test-time augmentation. Losses are means over images; errors are percentages, null in a regression. */
export interface EpochMetrics extends TestMetrics {
  /** From 1. */
  readonly epoch: number;
  /** Over the epoch's mini-batches, each measured before its own update. */
  readonly trainLoss: number;
  readonly trainErrorPercent: number | null;
  /** Null without a validation split, the error also in a regression. */
  readonly validationLoss: number | null;
  readonly validationErrorPercent: number | null;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Wall time of the epoch's training, without evaluation. */
  readonly seconds: number;
  /** Training images a second. */
  readonly imagesPerSecond: number;
}

/** Where a run is: a few times a second, and at the end of each epoch's training. */
export interface Progress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean training loss of this epoch so far. */
  readonly trainLoss: number;
  readonly imagesPerSecond: number;
}

/** Where a run keeps its state, so that it can go on after an interruption as if there had been none. */
export interface CheckpointOptions {
  /** Of this run alone; made where it is missing. */
  readonly folder: string;
  /** A checkpoint is saved at the end of every epoch, and besides after every so many steps of it. */
  readonly everySteps?: number;
  /** Likewise, after so many minutes. */
  readonly everyMinutes?: number;
  /** Begins anew, whatever the folder holds. */
  readonly restart?: boolean;
  /** What stays in the folder of a run that has come to its end. Default: its model. */
  readonly keep?: KeptFiles;
  /**
   * Ends the run, as interrupted, when so many epochs are completed, so that it can go on later: to the same bits as if it had never stopped, since the
   * spec's `epochs`, on which its schedule depends, stay the whole. A run that is further ahead stays there. Default: it goes on to its end.
   */
  readonly untilEpoch?: number;
}

/** Of a run that is done: nothing; its networks, the last and the best; those and its last states. */
export const KEPT_FILES = ['nothing', 'model', 'state'] as const;
export type KeptFiles = (typeof KEPT_FILES)[number];

/** A checkpoint that a run goes on from. */
export interface Resumption {
  /** The epoch that the run is in, from 1, and how many of its steps are done. */
  readonly epoch: number;
  readonly step: number;
  /** Those that were completed. */
  readonly epochs: readonly EpochMetrics[];
  /** Newer checkpoints that could not be used: why, one line each. */
  readonly rejected: readonly string[];
}

/** What is measured of a step: its mini-batch, before its own update. */
export interface StepMetrics {
  /** From 1. */
  readonly epoch: number;
  /** Of the epoch, from 1. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean over the mini-batch, without a regularisation term. */
  readonly trainLoss: number;
  /** Null in a regression. */
  readonly trainErrorPercent: number | null;
  readonly learningRate: number;
  /** Of the mini-batch. */
  readonly images: number;
}

/** A parameter or a running statistic. */
export interface NamedWeights {
  /** A convolution's kernel is h×w×cIn×cOut, with groups in front; all else is a vector. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A run as its callbacks see it, which nothing moves until they have answered. */
export interface RunContext {
  /** Those that have ended, the current one included once it has. */
  readonly epochs: readonly EpochMetrics[];
  /**
   * A copy of the weights that are evaluated and kept (the average's, where the spec asks for one), by their names in a saved network: `conv1.kernel`.
   *
   * @throws UserError once the callback has answered, since the run goes on then
   */
  weights(): ReadonlyMap<string, NamedWeights>;
}

/**
 * Told of a step or an epoch. The run goes on when it has answered, also with a promise: `'stop'` ends the run as interrupted, and what it throws
 * is thrown by the training. It changes no bit of a run that it does not end.
 */
export type Callback<Metrics> = (metrics: Metrics, context: RunContext) => unknown;

export interface TrainOptions {
  /** Threads of this run, at most those of `pool`; the results do not depend on it. Default: all of the pool's, or else one for each core. */
  readonly workers?: number;
  /** A pool to share between runs, which wait until enough of its threads are free; without one the run starts and ends its own. */
  readonly pool?: WorkerPool;
  /** The data set, if it is loaded already. */
  readonly dataset?: Dataset;
  /** Modules that bring kinds of the user's own: see docs/plugins.md. */
  readonly plugins?: PluginSource;
  /** Trains also what cannot learn: mini-batches of one image under batch normalisation of 1×1 maps. Default: that is an error. */
  readonly force?: boolean;
  /** Default: the run's state is kept nowhere. */
  readonly checkpoints?: CheckpointOptions;
  /** Told before the first step of a run that goes on from a checkpoint. */
  readonly onResume?: (resumption: Resumption) => void;
  /** Ends the run after the current step, or while it waits for threads, as `interrupted`. */
  readonly signal?: AbortSignal;
  /** Told before training what of it cannot be meant. Default: a warning of the process. */
  readonly onWarning?: (message: string) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Told of every epoch, when it has been evaluated and its checkpoint is being written. */
  readonly onEpoch?: Callback<EpochMetrics>;
  /** Told of every step, for which the workers meet the calling thread after each: some tenths of a millisecond a step. */
  readonly onStep?: Callback<StepMetrics>;
  /** Times every pass of every training step. The results stay the same to the bit; the run takes a few percent longer. */
  readonly profile?: boolean;
}

/** What a run leaves behind. A run that fails throws instead. */
export interface TrainResult {
  readonly state: 'done' | 'diverged' | 'interrupted';
  /** Why it ended before its last epoch's end; null if it did not. */
  readonly reason: string | null;
  readonly spec: ResolvedRunSpec;
  /** Of the data set. */
  readonly datasetSha256: string;
  /** Of the data set: those of the network's first outputs, in order. Empty in a regression. */
  readonly classNames: readonly string[];
  /** Likewise of a regression's data set: those of its outputs. */
  readonly targetNames?: readonly string[];
  /** Likewise how its pictures were read, where that was said. */
  readonly pictures?: PictureReading;
  /** How pixels became the network's input. */
  readonly normalization: Normalization;
  /** Epochs that were completed. A limit that the spec sets may end the last one after some of its steps. */
  readonly epochs: readonly EpochMetrics[];
  /**
   * With `patience`: the epoch with the lowest validation loss, from 1, whose weights these are, also if another limit or a signal ended the run.
   * Null without patience, then they are the last ones; and before the first epoch's end.
   */
  readonly bestEpoch: number | null;
  /**
   * With `testTimeAugmentation`: how the weights below do on the test images with it; `confusion` and `predicted` are then of this test. Null
   * without, and for a run that diverged or was interrupted.
   */
  readonly augmentedTest: TestMetrics | null;
  /**
   * confusion[label][predicted] = test images, after the best epoch or else the last completed one; empty if there is none, of more than 1,024
   * classes, of which `predicted` tells all, and in a regression.
   */
  readonly confusion: readonly (readonly number[])[];
  /** The class that each of the spec's test images is taken for, in order: what `confusion` counts. Empty before the first epoch's end. */
  readonly predicted: Uint16Array;
  /** How often the test images of each class are wrongly told, by its label: what `predicted` comes to. Empty likewise. */
  readonly classErrors: readonly ClassErrors[];
  /** How many numbers training changes. */
  readonly parameterCount: number;
  /** Parameters and running statistics, one after another in the plan's order; not all of them, if it was interrupted while it made its first ones. */
  readonly weights: Float32Array;
  /** SHA-256 of the weights' bytes, little-endian, as hexadecimal. */
  readonly weightsSha256: string;
  /** Wall time from the first step on, evaluations included. */
  readonly seconds: number;
  /** Training images a second, over all completed epochs, evaluations not included. */
  readonly imagesPerSecond: number;
  /** Name of the kernel set that was used. */
  readonly kernels: string;
  /** Where the time of the training steps went; only with `profile`. */
  readonly profile?: TrainingProfile;
}
