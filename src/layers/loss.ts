import type { Kernels } from '../kernels/kernels.js';

/** What a loss leaves for each image of the mini-batch. */
export interface LossResults {
  /** NaN if an output is not finite. */
  readonly loss: Float32Array;
  readonly predicted: Uint8Array;
  /** How many classes stand before the label: top-k is right if it is below k. */
  readonly rank: Uint8Array;
}

/** What a loss is computed from, and where it goes. */
export interface LossArrays extends LossResults {
  readonly classes: number;
  readonly outputs: Float32Array;
  readonly labels: Uint8Array;
  /** Null where no gradient is asked for. */
  readonly dOutputs: Float32Array | null;
}

/** Losses of some images of the mini-batch, and their gradients times `scale`. */
export type LossPass = (scale: number, firstImage: number, images: number) => void;

/** Ties a loss to arrays. */
export type BindLoss = (arrays: LossArrays) => LossPass;

/** A loss of one image. A run's loss is the mean over its images. */
export interface LossKind {
  /** Whether labels can be smoothed. */
  readonly smooths: boolean;
  /** The kind of layer that it computes of the outputs itself: one that stands right before it is fused with it. Absent: none. */
  readonly holds?: string;
  /** Ties the loss to kernels. `smoothing` is 0 where labels cannot be smoothed. */
  bind(kernels: Kernels, smoothing: number): BindLoss;
}

/** Every loss by its name in a spec. */
export const LOSSES: Readonly<Record<string, LossKind>> = {
  /** −log of the softmax probability of the label; numerically safe. */
  'softmax-cross-entropy': {
    smooths: true,
    holds: 'softmax',
    bind:
      ({ bindSoftmaxCrossEntropy }, smoothing) =>
      (arrays) =>
        bindSoftmaxCrossEntropy({ ...arrays, smoothing }),
  },
  /** ½‖t − x‖², t the label's unit vector (chapter 15, equation 15.6). */
  'squared-l2': { smooths: false, bind: ({ bindSquaredError }) => bindSquaredError },
};
