import type { WindowGeometry } from '../geometry.js';

/**
 * Convolution in lanes by minimal filtering, F(m×m, r×r) (Winograd 1980; Lavin and Gray, arXiv 1509.09308), for geometries and tiles
 * of listTiles (winograd.ts): a tile of m×m outputs costs (m + r − 1)² products a pair of channels in place of m²·r². `tile` is m. The contents
 * of `u`, a transformed kernel of winogradKernelFloats, and of `du`, its gradient of winogradGradientFloats, are the implementation's own.
 */
export interface WinogradKernels {
  /** Floats of scratch that the winograd methods need for this geometry. */
  winogradScratchFloats(g: WindowGeometry, tile: number): number;
  /** Transforms the kernels of some input channels. */
  winogradKernel(
    g: WindowGeometry,
    tile: number,
    f: Float32Array,
    u: Float32Array,
    firstInput: number,
    inputs: number,
  ): void;
  /** As convolutionForwardLanes. `u` comes from winogradKernel. Tiles begin at `firstRow`. */
  winogradForward(
    g: WindowGeometry,
    tile: number,
    x: Float32Array,
    u: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    scratch: Float32Array,
    group: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
  /** As convolutionInputGradientLanes, likewise. */
  winogradInputGradient(
    g: WindowGeometry,
    tile: number,
    dy: Float32Array,
    u: Float32Array,
    dx: Float32Array,
    scratch: Float32Array,
    group: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
  /**
   * Some panels of du, WINOGRAD_MOST_PANELS at most, summed over one of some parts of the mini-batch: its tiles, counted through its groups, are cut
   * into parts as even as can be. Overwrites those panels of that part. Reads only lanes that hold one of the `images`.
   */
  winogradKernelProducts(
    g: WindowGeometry,
    tile: number,
    x: Float32Array,
    dy: Float32Array,
    du: Float32Array,
    scratch: Float32Array,
    images: number,
    part: number,
    parts: number,
    firstPanel: number,
    panels: number,
  ): void;
  /** dF of the kernels of some input channels, from all panels of du, summed over its parts in order. */
  winogradKernelGradient(
    g: WindowGeometry,
    tile: number,
    du: Float32Array,
    df: Float32Array,
    parts: number,
    firstInput: number,
    inputs: number,
  ): void;
}
