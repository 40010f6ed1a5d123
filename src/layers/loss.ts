import type { Kernels } from '../kernels/kernels.js';

/** What a loss leaves for each image of the mini-batch. */
export interface LossResults {
  readonly loss: Float32Array;
  readonly predicted: Uint8Array;
  /** How many classes stand before the label: top-k is right if it is below k. */
  readonly rank: Uint8Array;
}

type LossKernel = Kernels['softmaxCrossEntropy'];

/** Every loss by its name in a spec. Both are means over the mini-batch of the kernel's loss of each image. */
export const LOSSES: Readonly<Record<string, (kernels: Kernels) => LossKernel>> = {
  /** −log of the softmax probability of the label; numerically safe. */
  'softmax-cross-entropy': (kernels) => kernels.softmaxCrossEntropy,
  /** ½‖t − x‖², t the label's unit vector (seed 004, equation 15.6). */
  'squared-l2': (kernels) => kernels.squaredError,
};
