/** Batch normalisation, over rows × channels. */
export interface ChannelKernels {
  /** mean[c], and squares[c] = sum over rows of (x − mean)², both of these rows alone. */
  channelMoments(
    channels: number,
    x: Float32Array,
    mean: Float32Array,
    squares: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
  /** y = x·scale[c] + shift[c]. */
  scaleChannels(
    channels: number,
    x: Float32Array,
    scale: Float32Array,
    shift: Float32Array,
    y: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
  /** sums[c] = sum of dy, products[c] = sum of dy·(x − mean[c]). */
  channelGradientSums(
    channels: number,
    x: Float32Array,
    dy: Float32Array,
    mean: Float32Array,
    sums: Float32Array,
    products: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
  /** dx = dy·a[c] + x·b[c] + d[c]. */
  combineChannels(
    channels: number,
    x: Float32Array,
    dy: Float32Array,
    a: Float32Array,
    b: Float32Array,
    d: Float32Array,
    dx: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
  /**
   * From each part's moments those of the whole mini-batch, and y = x·a + d, which normalises by them: a = scale / √(variance + epsilon),
   * d = shift − mean·a. A part has `lanes` numbers a channel, parts×channels×lanes; of part p they are of cuts[2p] rows each, and
   * the first cuts[2p + 1] of them count. `mean`, `a` and `d` are channels×lanes, each number repeated. If there is but one number a
   * channel, y is exactly the shift: a = 0.
   *
   * @param lanes 1 or 16
   * @param scale null is 1
   * @param shift null is 0
   * @param statistics channels' means, then their (biased) variances, then 1 / √(variance + epsilon)
   */
  normalizationCoefficients(
    channels: number,
    lanes: number,
    parts: number,
    cuts: Int32Array,
    means: Float32Array,
    squares: Float32Array,
    scale: Float32Array | null,
    shift: Float32Array | null,
    epsilon: number,
    statistics: Float32Array,
    mean: Float32Array,
    a: Float32Array,
    d: Float32Array,
  ): void;
  /**
   * The way back, from each part's sums of dy and of dy·(x − mean): dx = dy·a + x·b + d, dscale and dshift. If there is but one number
   * a channel, dx and dscale are exactly 0.
   *
   * @param statistics as normalizationCoefficients made them
   */
  normalizationGradientCoefficients(
    channels: number,
    lanes: number,
    parts: number,
    cuts: Int32Array,
    sums: Float32Array,
    products: Float32Array,
    scale: Float32Array | null,
    statistics: Float32Array,
    a: Float32Array,
    b: Float32Array,
    d: Float32Array,
    dScale: Float32Array,
    dShift: Float32Array,
  ): void;
}
