import type { WindowGeometry } from '../geometry.js';

/**
 * Batch normalisation whose output is pooled at once, to the maximum of each window of 2×2: what ChannelKernels and PoolingKernels do one after
 * the other, to the bit, without the maps between them.
 *
 * `g` is that of the pooling: windows of 2×2 side by side, as many as fit, over maps of a multiple of 16 channels, which are those of the layer
 * times 16 lanes. A run's numbers count lines of the maps, one map after another.
 */
export interface PooledChannelKernels {
  /**
   * y = the maximum of each window of x·scale[c] + shift[c]; NaN where an element of it is not finite. Runs over lines of y.
   *
   * @param kernel.rectified whether a ReLU comes between the two
   */
  bindScaleAndPool(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly scale: Float32Array;
    readonly shift: Float32Array;
    readonly rectified: boolean;
    readonly y: Float32Array;
  }): (firstLine: number, lines: number) => void;
  /**
   * sums[c] = sum of dy, products[c] = sum of dy·(x − mean[c]), over lines of x: of each dy where the first maximum of its window stood, in row
   * order. That is found again from `x` and `y`, which bindScaleAndPool made, with the same `scale`, `shift` and `rectified`.
   */
  bindPooledGradientSums(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly dy: Float32Array;
    readonly mean: Float32Array;
    readonly scale: Float32Array;
    readonly shift: Float32Array;
    readonly rectified: boolean;
    readonly sums: Float32Array;
    readonly products: Float32Array;
  }): (firstLine: number, lines: number) => void;
  /** dx = dy·a[c] + x·b[c] + d[c], over lines of x: the dy of a window at its first maximum, found as for bindPooledGradientSums, 0 elsewhere. */
  bindCombinePooled(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly dy: Float32Array;
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly d: Float32Array;
    readonly scale: Float32Array;
    readonly shift: Float32Array;
    readonly rectified: boolean;
    readonly dx: Float32Array;
  }): (firstLine: number, lines: number) => void;
}
