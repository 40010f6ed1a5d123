/**
 * Losses. `logits` and `dLogits` are n × classes. For each image: its loss, the class with the greatest output (the first of equals), and
 * the rank of its label, which is how many classes stand before it (greater, or equal and earlier). With `dLogits` the gradient is written
 * too, times `scale`.
 *
 * Outputs that are not finite show: the image's loss is NaN. What is not a number stands behind all that are, and a label without one has
 * rank 255, behind every class.
 */
export interface LossKernels {
  /**
   * loss = −sum over c of t[c]·log p[c], p[c] = e^logit[c] / sum e^logit, shifted by the greatest logit so that nothing overflows. The
   * target t is 1 for the label and 0 elsewhere; with a `smoothing` ε of 0 to 1 it is (1 − ε) times that plus ε / classes (Szegedy
   * et al. 2016, as PyTorch writes it). dLogits = scale·(p − t).
   */
  softmaxCrossEntropy(
    classes: number,
    logits: Float32Array,
    labels: Uint8Array,
    smoothing: number,
    dLogits: Float32Array | null,
    scale: number,
    loss: Float32Array,
    predicted: Uint8Array,
    rank: Uint8Array,
    firstImage: number,
    images: number,
  ): void;
  /** loss = ½‖t − output‖² (15.6), t being the label's unit vector. */
  squaredError(
    classes: number,
    outputs: Float32Array,
    labels: Uint8Array,
    dOutputs: Float32Array | null,
    scale: number,
    loss: Float32Array,
    predicted: Uint8Array,
    rank: Uint8Array,
    firstImage: number,
    images: number,
  ): void;
}
