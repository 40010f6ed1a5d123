import type { Augmentation } from '../dataset/augmentation.js';
import type { TestTimeAugmentation } from '../dataset/test-time-augmentation.js';
import type { LossResults } from '../layers/loss.js';
import type { NetworkSpec } from '../network/spec.js';
import type { Averaging } from '../optim/averaging.js';
import type { Clipping } from '../optim/clipping.js';
import type { Lookahead } from '../optim/lookahead.js';
import type { OptimizerOptions } from '../optim/optimizers/optimizer.js';
import type { Schedule } from '../optim/schedule.js';
import type { TrainingLength } from '../optim/training-length.js';
import type { PassOutline } from './step-timer.js';

/** Images as workers read them; everything lies in shared memory. */
export interface SharedImages {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** All that a worker must know of a run. Sent with every task (buffers are shared, not copied); a thread binds it once. */
export interface RunDescription {
  /** Distinguishes runs within the process. */
  readonly id: number;
  readonly workers: number;
  readonly kernels: string;
  readonly network: NetworkSpec;
  readonly batchSize: number;
  readonly slices: number;
  readonly seed: number;
  readonly length: TrainingLength;
  /** Steps of the whole training at most; infinite if only `length` counts. */
  readonly maxIterations: number;
  /** Set if the run is to stop once no weight moves by more than epsilon in a step. */
  readonly atRest: { readonly epsilon: number; readonly previous: Float32Array } | null;
  /** The slow weights lie in shared memory, in the places of the weights. */
  readonly lookahead: (Lookahead & { readonly slow: Float32Array }) | null;
  /** The average lies in shared memory likewise. Where there is one it is evaluated, and kept at the end, in place of the weights. */
  readonly averaging: (Averaging & { readonly average: Float32Array }) | null;
  readonly labelSmoothing: number;
  readonly optimizer: OptimizerOptions;
  /** Null for none. */
  readonly clipping: Clipping | null;
  readonly schedule: Schedule;
  readonly model: SharedArrayBuffer;
  /** A mini-batch's; between epochs, evaluation's (see evaluation.ts). */
  readonly activations: SharedArrayBuffer;
  /** See CONTROL in barrier.ts. */
  readonly control: Int32Array;
  /** See TOTALS. */
  readonly totals: Float64Array;
  readonly train: SharedImages;
  readonly test: EvaluationSet;
  /** Null without a validation split. */
  readonly validation: EvaluationSet | null;
  /** Subtracted from, then multiplied with, each element of an image. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  /** Of the training images. */
  readonly augmentation: Augmentation;
  /** Sample ids of the training images in this epoch's order. */
  readonly order: Int32Array;
  /** Of the mini-batch's images, in order. */
  readonly batch: BatchArrays;
}

/** Images that the network is evaluated on. */
export interface EvaluationSet {
  readonly images: SharedImages;
  /** Which of them. */
  readonly samples: Int32Array;
  /** Of the samples, in order. */
  readonly results: LossResults;
}

export interface BatchArrays extends LossResults {
  readonly sampleIds: Int32Array;
  readonly labels: Uint8Array;
}

/** Sums over the epoch so far. */
export const TOTALS = { loss: 0, errors: 1, images: 2 } as const;
export const TOTALS_LENGTH = 3;

/** Trains one epoch; resolves when the worker's share is done, or the run is to stop. */
export interface TrainTask {
  readonly run: RunDescription;
  readonly worker: number;
  /** From 0. */
  readonly epoch: number;
  /** Where the worker of a profiled run puts its times, in shared memory: see TIMES in step-timer.ts. Null for any other run. */
  readonly times: Float64Array | null;
}

/** Tells what a training step is made of, and how fast this worker's core could be beside the others'. */
export interface OutlineTask {
  readonly run: RunDescription;
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
  readonly run: RunDescription;
  readonly worker: number;
  readonly on: 'test' | 'validation';
  readonly augmentation: TestTimeAugmentation;
}
