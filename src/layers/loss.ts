import type { Kernels } from '../kernels/kernels.js';

/** What a loss leaves for each image of the mini-batch. */
export interface LossResults {
  /** NaN if an output is not finite. */
  readonly loss: Float32Array;
  readonly predicted: Uint16Array;
  /** How many classes stand before the label: top-k is right if it is below k. */
  readonly rank: Uint16Array;
}

/** Second labels of images that are mixed of two. */
export interface MixedLabels {
  readonly labels: Uint16Array;
  /** Of the second label in the target, 0 to 1: 0 for an image that is not mixed. */
  readonly shares: Float32Array;
}

/** What a loss is computed from, and where it goes. */
export interface LossArrays extends LossResults {
  readonly classes: number;
  readonly outputs: Float32Array;
  readonly labels: Uint16Array;
  /** In the place of labels, for a loss that takes them; else null. */
  readonly targets: LossTargets | null;
  /** Null where no image is mixed. */
  readonly mix: MixedLabels | null;
  /** Null where no gradient is asked for. */
  readonly dOutputs: Float32Array | null;
}

/** Numbers that outputs are to be: a row for each sample of the data. */
export interface LossTargets {
  readonly values: Float32Array;
  /** Of the mini-batch's images. */
  readonly sampleIds: Int32Array;
}

/** Losses of some images of the mini-batch, and their gradients times `scale`. */
export type LossPass = (scale: number, firstImage: number, images: number) => void;

/** Ties a loss to arrays. */
export type BindLoss = (arrays: LossArrays) => LossPass;

/** A loss of one image. A run's loss is the mean over its images. */
export interface LossKind {
  /** Whether labels can be smoothed. */
  readonly smooths: boolean;
  /** Whether it takes targets, which are numbers, as well as labels. */
  readonly takesTargets: boolean;
  /** The kind of layer that it computes of the outputs itself: one that stands right before it is fused with it. Absent: none. */
  readonly holds?: string;
  /**
   * Ties the loss to kernels.
   *
   * @param smoothing 0 where labels cannot be smoothed
   * @param classWeights what an image of each class counts; null for 1
   */
  bind(kernels: Kernels, smoothing: number, classWeights: Float32Array | null): BindLoss;
}

const KINDS = {
  /** −log of the softmax probability of the label; numerically safe. */
  'softmax-cross-entropy': {
    smooths: true,
    takesTargets: false,
    holds: 'softmax',
    bind:
      ({ bindSoftmaxCrossEntropy }, smoothing, classWeights) =>
      ({ mix, ...arrays }) =>
        bindSoftmaxCrossEntropy({ ...arrays, ...describeMix(mix), classWeights, smoothing }),
  },
  /** ½‖t − x‖², t the label's unit vector (chapter 15, equation 15.6), or the targets of a regression. */
  'squared-l2': {
    smooths: false,
    takesTargets: true,
    bind:
      ({ bindSquaredError, bindSquaredDistance }, _smoothing, classWeights) =>
      ({ mix, targets, ...arrays }) =>
        targets === null
          ? bindSquaredError({ ...arrays, ...describeMix(mix), classWeights })
          : bindSquaredDistance({
              components: arrays.classes,
              outputs: arrays.outputs,
              targets: targets.values,
              sampleIds: targets.sampleIds,
              dOutputs: arrays.dOutputs,
              loss: arrays.loss,
            }),
  },
} satisfies Readonly<Record<string, LossKind>>;

export type LossName = keyof typeof KINDS;

/** Every loss by its name in a spec. */
export const LOSSES: Readonly<Record<string, LossKind>> = KINDS;

/** As kernels take it, whose descriptors are flat. */
function describeMix(mix: MixedLabels | null) {
  return { secondLabels: mix?.labels ?? null, secondShares: mix?.shares ?? null };
}
