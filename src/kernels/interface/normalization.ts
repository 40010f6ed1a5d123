/**
 * Normalisation of each image by itself. A row is channels×columnsPerChannel: one number a channel, or with images in lanes 16, one of each
 * image of a bundle.
 */
export interface NormalizationKernels {
  /**
   * y = (x − mean)·inverse·scale + shift, with mean and inverse = 1 / √(variance + epsilon) of the channels of one row: of each column by itself.
   * The variance is the biased one.
   *
   * @param kernel.columnsPerChannel 1; with images in lanes 16
   * @param kernel.scale as wide as a row; null is 1
   * @param kernel.shift as wide as a row; null is 0
   */
  bindNormalizeRows(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly x: Float32Array;
    readonly scale: Float32Array | null;
    readonly shift: Float32Array | null;
    readonly epsilon: number;
    readonly y: Float32Array;
  }): (firstRow: number, rows: number) => void;
  /**
   * With n = (x − mean)·inverse and g = dy·scale: dx = (g − mean(g) − n·mean(g·n))·inverse; dScale = the sum over rows of dy·n, dShift that of
   * dy, both as wide as a row.
   *
   * @param kernel.dx null if nobody needs it; likewise dScale and dShift
   */
  bindNormalizeRowsBackward(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly scale: Float32Array | null;
    readonly epsilon: number;
    readonly dx: Float32Array | null;
    readonly dScale: Float32Array | null;
    readonly dShift: Float32Array | null;
  }): (firstRow: number, rows: number) => void;
  /**
   * What a band of rows leaves of each channel: means[band, c], and squares[band, c] = sum over its rows of (x − mean)²; zeros if it has none.
   *
   * @param kernel.channels floats of a row; with images in lanes these are channels×16
   */
  bindBandMoments(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly means: Float32Array;
    readonly squares: Float32Array;
  }): (band: number, firstRow: number, rows: number) => void;
  /** sums[band, c] = sum over its rows of dy, products[band, c] = that of dy·(x − mean[c])·inverse[c]. */
  bindBandGradientSums(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly mean: Float32Array;
    readonly inverse: Float32Array;
    readonly sums: Float32Array;
    readonly products: Float32Array;
  }): (band: number, firstRow: number, rows: number) => void;
  /**
   * From the moments of the bands of a block, which is an image or a bundle in lanes, those of its groups of channels, and y = x·a + d, which
   * normalises by them: a = scale·inverse, d = shift − mean·a, inverse = 1 / √(variance + epsilon). Block b's bands begin at
   * b·(number of bands). All outputs are as wide as a row. Where there is but one number to a group, y is exactly the shift: inverse = a = 0. So it
   * is in columns without an image.
   *
   * @param kernel.columnsPerChannel 1; with images in lanes 16, of which the first `images` count
   * @param kernel.groups of neighbouring channels; they divide the channels
   * @param kernel.bandRows how many rows each band of a block has
   * @param kernel.scale of each channel; null is 1
   * @param kernel.shift of each channel; null is 0
   */
  bindGroupCoefficients(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly groups: number;
    readonly bandRows: Int32Array;
    readonly means: Float32Array;
    readonly squares: Float32Array;
    readonly scale: Float32Array | null;
    readonly shift: Float32Array | null;
    readonly epsilon: number;
    readonly mean: Float32Array;
    readonly inverse: Float32Array;
    readonly a: Float32Array;
    readonly d: Float32Array;
  }): (block: number, images: number) => void;
  /**
   * The way back, from the bands' sums of dy and of dy·(x − mean)·inverse: dx = dy·a + x·b + d; all zero in columns without an image.
   *
   * @param kernel.mean as bindGroupCoefficients made it, likewise inverse
   */
  bindGroupGradientCoefficients(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly groups: number;
    readonly bandRows: Int32Array;
    readonly sums: Float32Array;
    readonly products: Float32Array;
    readonly scale: Float32Array | null;
    readonly mean: Float32Array;
    readonly inverse: Float32Array;
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly d: Float32Array;
  }): (block: number, images: number) => void;
  /**
   * y = x·s^−beta with s = k + share·(the sum of x² over the channels from `before` before this one to `after` behind it, as far as there are any).
   *
   * @param kernel.columnsPerChannel 1; with images in lanes 16
   * @param kernel.share at least 0
   * @param kernel.beta from 0 to 2
   * @param kernel.k from 1e-12 up
   */
  bindResponseForward(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly before: number;
    readonly after: number;
    readonly share: number;
    readonly beta: number;
    readonly k: number;
    readonly x: Float32Array;
    readonly y: Float32Array;
  }): (firstRow: number, rows: number) => void;
  /** dx = dy·s^−beta − 2·share·beta·x·(the sum of dy·x·s^(−beta − 1) over the channels whose windows hold this one). */
  bindResponseBackward(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly before: number;
    readonly after: number;
    readonly share: number;
    readonly beta: number;
    readonly k: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly dx: Float32Array;
  }): (firstRow: number, rows: number) => void;
}
