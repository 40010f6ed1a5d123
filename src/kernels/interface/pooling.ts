import type { WindowGeometry } from '../geometry.js';

/** Pooling. `outputChannels` equals `inputChannels`. Padding never wins a maximum. */
export interface PoolingKernels {
  /** Maximum over each window (15.51); NaN where an element of it is not finite. */
  bindMaxPoolingForward(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly y: Float32Array;
  }): (firstImage: number, images: number) => void;
  /**
   * Each dY goes to the first maximum of its window, in row order (15.59 with ties settled); overlapping windows add up.
   * The maximum is found again from `x` and `y`, so no mask is kept.
   */
  bindMaxPoolingBackward(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly dy: Float32Array;
    readonly dx: Float32Array;
  }): (firstImage: number, images: number) => void;
  /** Mean over each window (15.52): of its elements inside the input, each times the window's own of `shares`, h'×w'. */
  bindAveragePoolingForward(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly shares: Float32Array;
  }): (firstImage: number, images: number) => void;
  bindAveragePoolingBackward(kernel: {
    readonly g: WindowGeometry;
    readonly dy: Float32Array;
    readonly dx: Float32Array;
    readonly shares: Float32Array;
  }): (firstImage: number, images: number) => void;
  /**
   * y = scale[c]·down + bias[c] (the notes, equation 3). `down` is the sum over a window's elements inside the input, times its own of `shares`.
   */
  bindTrainablePoolingForward(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly scale: Float32Array;
    readonly bias: Float32Array;
    readonly y: Float32Array;
    readonly shares: Float32Array;
  }): (firstImage: number, images: number) => void;
  /**
   * dBias[c] = sum of dy, dScale[c] = sum of dy·down, both over the images (the notes, equations 19 and 20); each dy·scale[c] goes to all
   * elements of its window, times its share as `down` is. `down` is found again from `x`. Without `dx` only the sums.
   */
  bindTrainablePoolingBackward(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly scale: Float32Array;
    readonly dx: Float32Array | null;
    readonly dScale: Float32Array;
    readonly dBias: Float32Array;
    readonly shares: Float32Array;
  }): (firstImage: number, images: number) => void;
}
