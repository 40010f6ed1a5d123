import type { WindowGeometry } from '../geometry.js';

/**
 * Convolution of images one after another. Of a geometry in groups, each group of channels has a matrix F of its own, H·W·cIn/groups ×
 * cOut/groups; the groups' lie one after another, and so do their packed ones.
 */
export interface ConvolutionKernels {
  /** Y = phi(X) F + bias (chapter 15, equation 15.25). `packed` comes from `bindPack` of F, H·W·cIn × cOut. */
  bindConvolutionForward(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly packed: Float32Array;
    readonly bias: Float32Array | null;
    readonly y: Float32Array;
  }): (firstImage: number, images: number) => void;
  /** dX = row2im(dY F^T) (equations 15.48, 15.49). `packed` comes from `bindPackTransposed` of F. Overwrites dX of the images. */
  bindConvolutionInputGradient(kernel: {
    readonly g: WindowGeometry;
    readonly dy: Float32Array;
    readonly packed: Float32Array;
    readonly dx: Float32Array;
  }): (firstImage: number, images: number) => void;
  /**
   * Rows of dF = phi(X)^T dY (equation 15.38), summed over the images; with groups the rows run through all groups' matrices. Overwrites
   * those rows of dF.
   */
  bindConvolutionKernelGradient(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly df: Float32Array;
  }): (firstImage: number, images: number, firstRow: number, rows: number) => void;
}
