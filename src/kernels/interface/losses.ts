/** What every loss reads, and where it leaves its results. */
interface LossDescriptor {
  readonly classes: number;
  readonly outputs: Float32Array;
  readonly labels: Uint16Array;
  /** Each image's second label, and the share of it in the target, 0 to 1; both null where images have but one. */
  readonly secondLabels: Uint16Array | null;
  readonly secondShares: Float32Array | null;
  /** What loss and gradient of an image of each class are multiplied with; null for 1. */
  readonly classWeights: Float32Array | null;
  readonly dOutputs: Float32Array | null;
  readonly loss: Float32Array;
  readonly predicted: Uint16Array;
  readonly rank: Uint16Array;
}

/**
 * Losses. `outputs` and `dOutputs` are n × classes. For each image: its loss, the class with the greatest output (the first of equals), and
 * the rank of its label, which is how many classes stand before it (greater, or equal and earlier). With `dOutputs` the gradient is written
 * too, times `scale`.
 *
 * An image's label vector u is 1 for its label and 0 elsewhere. With a second label of share s it is 1 − s for the label and s for the second one
 * (both together where they are one class), and the image's weight is 1 − s of the label's and s of the second's. Prediction and rank are told of
 * the first label.
 *
 * Outputs that are not finite show: the image's loss is NaN. What is not a number stands behind all that are, and a label without one has
 * rank 65,535, behind every class.
 */
export interface LossKernels {
  /**
   * loss = −w·sum over c of t[c]·log p[c], the outputs being logits, p[c] = e^logit[c] / sum e^logit, shifted by the greatest so that nothing overflows. The
   * target t is u; with a `smoothing` ε of 0 to 1 it is (1 − ε)·u plus ε / classes (Szegedy et al. 2016, as PyTorch writes it).
   * dOutputs = scale·w·(p − t).
   */
  bindSoftmaxCrossEntropy(
    kernel: LossDescriptor & { readonly smoothing: number },
  ): (scale: number, firstImage: number, images: number) => void;
  /** loss = w·½‖u − output‖² (15.6). */
  bindSquaredError(kernel: LossDescriptor): (scale: number, firstImage: number, images: number) => void;
}
