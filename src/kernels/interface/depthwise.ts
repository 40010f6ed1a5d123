import type { WindowGeometry } from '../geometry.js';

/**
 * Depthwise convolution: each channel by a kernel of its own, so that g has as many groups as input channels and as output channels, and no
 * dilation. With `lanes` 1 images lie one after another; with 16 they lie in bundles of so many side by side (see lanes.ts): x is
 * bundles×h×w×c×lanes. All lanes are computed, those that hold no image too. `packed` comes from `bindPackTransposed` of F, channels × H·W. A run
 * works on rows of some bundles, or images.
 */
export interface DepthwiseKernels {
  /** Rows of Y: y[c] = Σ f[c, tap] x[c] + bias[c] over the taps inside the input. */
  bindDepthwiseForward(kernel: {
    readonly g: WindowGeometry;
    readonly lanes: number;
    readonly x: Float32Array;
    readonly packed: Float32Array;
    readonly bias: Float32Array | null;
    readonly y: Float32Array;
  }): (firstBundle: number, bundles: number, firstRow: number, rows: number) => void;
  /** Rows of dX: each pixel gathers from the outputs whose windows hold it. */
  bindDepthwiseInputGradient(kernel: {
    readonly g: WindowGeometry;
    readonly lanes: number;
    readonly dy: Float32Array;
    readonly packed: Float32Array;
    readonly dx: Float32Array;
  }): (firstBundle: number, bundles: number, firstRow: number, rows: number) => void;
  /** dF, channels × H·W, summed over rows of the output of some bundles, all lanes. Overwrites all of it. */
  bindDepthwiseKernelGradient(kernel: {
    readonly g: WindowGeometry;
    readonly lanes: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly df: Float32Array;
  }): (firstBundle: number, bundles: number, firstRow: number, rows: number) => void;
}
