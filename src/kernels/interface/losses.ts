/**
 * Losses. `outputs` and `dOutputs` are n × classes. For each image: its loss, the class with the greatest output (the first of equals), and
 * the rank of its label, which is how many classes stand before it (greater, or equal and earlier). With `dOutputs` the gradient is written
 * too, times `scale`.
 *
 * Outputs that are not finite show: the image's loss is NaN. What is not a number stands behind all that are, and a label without one has
 * rank 65,535, behind every class.
 */
export interface LossKernels {
  /**
   * loss = −sum over c of t[c]·log p[c], the outputs being logits, p[c] = e^logit[c] / sum e^logit, shifted by the greatest so that nothing overflows. The
   * target t is 1 for the label and 0 elsewhere; with a `smoothing` ε of 0 to 1 it is (1 − ε) times that plus ε / classes (Szegedy
   * et al. 2016, as PyTorch writes it). dOutputs = scale·(p − t).
   */
  bindSoftmaxCrossEntropy(kernel: {
    readonly classes: number;
    readonly outputs: Float32Array;
    readonly labels: Uint16Array;
    readonly smoothing: number;
    readonly dOutputs: Float32Array | null;
    readonly loss: Float32Array;
    readonly predicted: Uint16Array;
    readonly rank: Uint16Array;
  }): (scale: number, firstImage: number, images: number) => void;
  /** loss = ½‖t − output‖² (15.6), t being the label's unit vector. */
  bindSquaredError(kernel: {
    readonly classes: number;
    readonly outputs: Float32Array;
    readonly labels: Uint16Array;
    readonly dOutputs: Float32Array | null;
    readonly loss: Float32Array;
    readonly predicted: Uint16Array;
    readonly rank: Uint16Array;
  }): (scale: number, firstImage: number, images: number) => void;
}
