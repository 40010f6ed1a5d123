import type { WindowGeometry } from '../geometry.js';

/**
 * A convolution without sharing: each output position p has a kernel of its own, so F is positions × H·W·cIn × cOut, in row order. Images lie
 * one after another; g has one group and no dilation.
 */
export interface LocallyConnectedKernels {
  /** Y_p = phi(X)_p F_p + bias_p; `bias` is positions × cOut, or null for none. */
  bindLocalForward(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly f: Float32Array;
    readonly bias: Float32Array | null;
    readonly y: Float32Array;
  }): (firstImage: number, images: number) => void;
  /** dX = the sum over positions of dY_p F_pᵀ, each back where its window lies. */
  bindLocalInputGradient(kernel: {
    readonly g: WindowGeometry;
    readonly dy: Float32Array;
    readonly f: Float32Array;
    readonly dx: Float32Array;
  }): (firstImage: number, images: number) => void;
  /** dF_p = phi(X)_pᵀ dY_p of some positions, over the first `images` images. */
  bindLocalKernelGradient(kernel: {
    readonly g: WindowGeometry;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly df: Float32Array;
  }): (images: number, firstPosition: number, positions: number) => void;
}
