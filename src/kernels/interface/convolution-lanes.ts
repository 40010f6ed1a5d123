import type { WindowGeometry } from '../geometry.js';

/**
 * Convolution of groups of 16 images side by side, groups×h×w×c×16 (see lanes.ts). A call works on one group unless it says so. In lanes
 * that hold no image, values mean nothing and gradients are zero. Of a group that holds at most 8 of the mini-batch's `images`,
 * convolutions compute 8 lanes, and those behind become zero. F is H·W·cIn × cOut, not packed.
 */
export interface LaneConvolutionKernels {
  /** Rows of Y = phi(X) F + bias of one group. */
  bindConvolutionForwardLanes(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly f: Float32Array;
    readonly bias: Float32Array | null;
    readonly y: Float32Array;
  }): (group: number, images: number, firstRow: number, rows: number) => void;
  /** Rows of dX of one group: each pixel gathers from the outputs whose windows hold it. */
  bindConvolutionInputGradientLanes(kernel: {
    readonly g: WindowGeometry;
    readonly dy: Float32Array;
    readonly f: Float32Array;
    readonly dx: Float32Array;
  }): (group: number, images: number, firstRow: number, rows: number) => void;
  /** Rows of dF, summed over rows of the output of some groups, all lanes. Overwrites those rows of dF. */
  bindConvolutionKernelGradientLanes(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly df: Float32Array;
  }): (
    firstGroup: number,
    groups: number,
    images: number,
    firstRow: number,
    rows: number,
    firstKernelRow: number,
    kernelRows: number,
  ) => void;
}
