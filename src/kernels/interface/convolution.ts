import type { WindowGeometry } from '../geometry.js';

/**
 * Convolution of images one after another. Of a geometry in groups, each group of channels has a matrix F of its own, H·W·cIn/groups ×
 * cOut/groups; the groups' lie one after another, and so do their packed ones.
 */
export interface ConvolutionKernels {
  /** Floats of scratch that the convolution methods need for this geometry. */
  convolutionScratchFloats(g: WindowGeometry): number;
  /** Y = phi(X) F + bias (chapter 15, equation 15.25). `packed` comes from `pack` of F, H·W·cIn × cOut. */
  convolutionForward(
    g: WindowGeometry,
    x: Float32Array,
    packed: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    scratch: Float32Array,
    firstImage: number,
    images: number,
  ): void;
  /** dX = row2im(dY F^T) (equations 15.48, 15.49). `packed` comes from `packTransposed` of F. Overwrites dX of the images. */
  convolutionInputGradient(
    g: WindowGeometry,
    dy: Float32Array,
    packed: Float32Array,
    dx: Float32Array,
    scratch: Float32Array,
    firstImage: number,
    images: number,
  ): void;
  /**
   * Rows of dF = phi(X)^T dY (equation 15.38), summed over the images; with groups the rows run through all groups' matrices. Overwrites
   * those rows of dF.
   */
  convolutionKernelGradient(
    g: WindowGeometry,
    x: Float32Array,
    dy: Float32Array,
    df: Float32Array,
    scratch: Float32Array,
    firstImage: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
}
