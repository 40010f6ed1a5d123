/** Losses on targets that are numbers. */
export interface RegressionKernels {
  /**
   * loss = ½‖t − x‖² (15.6) of each image, x its row of `outputs` (n × components) and t that of its sample in `targets` (samples × components);
   * NaN if an output is not finite. With `dOutputs` the gradient is written too: scale·(x − t).
   */
  bindSquaredDistance(kernel: {
    readonly components: number;
    readonly outputs: Float32Array;
    /** Of the whole data, finite. */
    readonly targets: Float32Array;
    /** Which of them are the mini-batch's images. */
    readonly sampleIds: Int32Array;
    readonly dOutputs: Float32Array | null;
    readonly loss: Float32Array;
  }): (scale: number, firstImage: number, images: number) => void;
}
