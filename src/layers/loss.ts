import type { Kernels } from '../kernels/kernels.js';

/** What a loss leaves for each image of the mini-batch. */
export interface LossResults {
  /** NaN if an output is not finite. */
  readonly loss: Float32Array;
  readonly predicted: Uint8Array;
  /** How many classes stand before the label: top-k is right if it is below k. */
  readonly rank: Uint8Array;
}

/** Losses of some images of the mini-batch, with their gradients if asked for: see the kernel for the arguments. */
export type LossPass = Kernels['squaredError'];

/** A loss of one image. A run's loss is the mean over its images. */
export interface LossKind {
  /** Whether labels can be smoothed. */
  readonly smooths: boolean;
  /** Ties the loss to kernels. `smoothing` is 0 where labels cannot be smoothed. */
  bind(kernels: Kernels, smoothing: number): LossPass;
}

/** Every loss by its name in a spec. */
export const LOSSES: Readonly<Record<string, LossKind>> = {
  /** −log of the softmax probability of the label; numerically safe. */
  'softmax-cross-entropy': {
    smooths: true,
    bind:
      ({ softmaxCrossEntropy }, smoothing) =>
      (classes, outputs, labels, dOutputs, scale, loss, predicted, rank, first, count) =>
        softmaxCrossEntropy(
          classes,
          outputs,
          labels,
          smoothing,
          dOutputs,
          scale,
          loss,
          predicted,
          rank,
          first,
          count,
        ),
  },
  /** ½‖t − x‖², t the label's unit vector (chapter 15, equation 15.6). */
  'squared-l2': { smooths: false, bind: ({ squaredError }) => squaredError },
};
