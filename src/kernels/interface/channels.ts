/** Batch normalisation, over rows × channels. */
export interface ChannelKernels {
  /** mean[c], and squares[c] = sum over rows of (x − mean)², both of these rows alone. */
  bindChannelMoments(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly mean: Float32Array;
    readonly squares: Float32Array;
  }): (firstRow: number, rows: number) => void;
  /**
   * y = x·scale[c] + shift[c]. `y` may be `x`.
   *
   * @param kernel.rectified whether a ReLU comes behind: y = max(x·scale[c] + shift[c], 0)
   */
  bindScaleChannels(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly scale: Float32Array;
    readonly shift: Float32Array;
    readonly rectified: boolean;
    readonly y: Float32Array;
  }): (firstRow: number, rows: number) => void;
  /**
   * sums[c] = sum of dy, products[c] = sum of dy·(x − mean[c]).
   *
   * @param kernel.scale null, or a ReLU came behind: dy is then 0 but where x·scale[c] + shift[c] is positive
   * @param kernel.shift null with `scale`
   */
  bindChannelGradientSums(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly mean: Float32Array;
    readonly scale: Float32Array | null;
    readonly shift: Float32Array | null;
    readonly sums: Float32Array;
    readonly products: Float32Array;
  }): (firstRow: number, rows: number) => void;
  /**
   * dx = dy·a[c] + x·b[c] + d[c].
   *
   * @param kernel.scale as for bindChannelGradientSums, likewise shift
   */
  bindCombineChannels(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly d: Float32Array;
    readonly scale: Float32Array | null;
    readonly shift: Float32Array | null;
    readonly dx: Float32Array;
  }): (firstRow: number, rows: number) => void;
  /**
   * From each part's moments those of the whole mini-batch, and y = x·a + d, which normalises by them: a = scale / √(variance + epsilon),
   * d = shift − mean·a. A part has `columnsPerChannel` numbers a channel, parts×channels×columnsPerChannel; of part p they are of cuts[2p]
   * rows each, and the first cuts[2p + 1] of them count. `mean`, `a` and `d` are channels×columnsPerChannel, each number repeated. If there
   * is but one number a channel, y is exactly the shift: a = 0.
   *
   * @param kernel.columnsPerChannel 1; with images in lanes 16
   * @param kernel.scale null is 1
   * @param kernel.shift null is 0
   * @param kernel.statistics channels' means, then their (biased) variances, then 1 / √(variance + epsilon)
   */
  bindNormalizationCoefficients(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly cuts: Int32Array;
    readonly means: Float32Array;
    readonly squares: Float32Array;
    readonly scale: Float32Array | null;
    readonly shift: Float32Array | null;
    readonly epsilon: number;
    readonly statistics: Float32Array;
    readonly mean: Float32Array;
    readonly a: Float32Array;
    readonly d: Float32Array;
  }): (parts: number) => void;
  /**
   * The way back, from each part's sums of dy and of dy·(x − mean): dx = dy·a + x·b + d, dscale and dshift. If there is but one number
   * a channel, dx and dscale are exactly 0.
   *
   * @param kernel.statistics as bindNormalizationCoefficients made them
   */
  bindNormalizationGradientCoefficients(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly cuts: Int32Array;
    readonly sums: Float32Array;
    readonly products: Float32Array;
    readonly scale: Float32Array | null;
    readonly statistics: Float32Array;
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly d: Float32Array;
    readonly dScale: Float32Array;
    readonly dShift: Float32Array;
  }): (parts: number) => void;
}
