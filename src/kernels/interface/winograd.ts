import type { WindowGeometry } from '../geometry.js';
import type { ConvolveBundles } from './convolution-lanes.js';

/**
 * Convolution in lanes by minimal filtering, F(m×m, r×r) (Winograd 1980; Lavin and Gray, arXiv 1509.09308), for geometries and tiles
 * of listTiles (winograd.ts): a tile of m×m outputs costs (m + r − 1)² products a pair of channels in place of m²·r². `tile` is m. The contents
 * of `u`, a transformed kernel of winogradKernelFloats, and of `du`, its gradient of winogradGradientFloats, are the implementation's own.
 */
export interface WinogradKernels {
  /** Transforms the kernels of some input channels. */
  bindWinogradKernel(kernel: {
    readonly g: WindowGeometry;
    readonly tile: number;
    readonly f: Float32Array;
    readonly u: Float32Array;
  }): (firstInput: number, inputs: number) => void;
  /** As bindConvolutionForwardLanes. `u` comes from bindWinogradKernel. Tiles begin at `firstRow`. */
  bindWinogradForward(kernel: {
    readonly g: WindowGeometry;
    readonly tile: number;
    readonly x: Float32Array;
    readonly u: Float32Array;
    readonly bias: Float32Array | null;
    readonly y: Float32Array;
  }): ConvolveBundles;
  /** As bindConvolutionInputGradientLanes, likewise. */
  bindWinogradInputGradient(kernel: {
    readonly g: WindowGeometry;
    readonly tile: number;
    readonly dy: Float32Array;
    readonly u: Float32Array;
    readonly dx: Float32Array;
  }): ConvolveBundles;
  /**
   * The same from tiles of dY, which overlap in dX and are added up: ceil(h/m)·ceil(w/m) of dY's h×w in place of as many of dX's. Rows of tiles that reach into
   * several pieces of dX are computed for each, so pieces of channels cost less.
   */
  bindWinogradInputGradientOverlapping: WinogradKernels['bindWinogradInputGradient'];
  /**
   * Some panels of du, WINOGRAD_MOST_PANELS at most, summed over one of some parts of the mini-batch: its tiles, counted through its bundles,
   * are cut into parts as even as can be. Overwrites those panels of that part. Reads only lanes that hold one of the `images`.
   */
  bindWinogradKernelProducts(kernel: {
    readonly g: WindowGeometry;
    readonly tile: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly du: Float32Array;
    readonly parts: number;
  }): (images: number, part: number, firstPanel: number, panels: number) => void;
  /** dF of the kernels of some input channels, from all panels of du, summed over its parts in order. */
  bindWinogradKernelGradient(kernel: {
    readonly g: WindowGeometry;
    readonly tile: number;
    readonly du: Float32Array;
    readonly df: Float32Array;
    readonly parts: number;
  }): (firstInput: number, inputs: number) => void;
}
