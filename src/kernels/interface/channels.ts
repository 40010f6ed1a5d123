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
}
