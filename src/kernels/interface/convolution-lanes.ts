import type { WindowGeometry } from '../geometry.js';

/**
 * Computes rows of some channels of the results of some bundles of a mini-batch. How they are cut changes no bit; the more bundles of small maps,
 * the less often the kernel is read.
 */
export type ConvolveBundles = (
  firstBundle: number,
  bundles: number,
  images: number,
  firstRow: number,
  rows: number,
  firstChannel: number,
  channels: number,
) => void;

/**
 * Convolution of bundles of 16 images side by side, bundles×h×w×c×16 (see lanes.ts). In lanes
 * that hold no image, values mean nothing and gradients are zero. Of a bundle that holds at most 8 of the mini-batch's `images`,
 * convolutions compute 8 lanes, and those behind become zero. F is H·W·cIn × cOut, not packed.
 */
export interface LaneConvolutionKernels {
  /** Y = phi(X) F + bias. */
  bindConvolutionForwardLanes(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly f: Float32Array;
    readonly bias: Float32Array | null;
    readonly y: Float32Array;
  }): ConvolveBundles;
  /** dX: each pixel gathers from the outputs whose windows hold it. */
  bindConvolutionInputGradientLanes(kernel: {
    readonly g: WindowGeometry;
    readonly dy: Float32Array;
    readonly f: Float32Array;
    readonly dx: Float32Array;
  }): ConvolveBundles;
  /** Rows of dF, summed over rows of the output of some bundles, all lanes. Overwrites those rows of dF. */
  bindConvolutionKernelGradientLanes(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly df: Float32Array;
  }): (
    firstBundle: number,
    bundles: number,
    images: number,
    firstRow: number,
    rows: number,
    firstKernelRow: number,
    kernelRows: number,
  ) => void;
}
