import type { WindowGeometry } from './geometry.js';

/** Products that a tile of 2×2 outputs takes for each pair of channels: points of the transforms (see native/kernels/winograd.inl.h). */
const POINTS = 16;
/** Output channels of a panel of the kernel's gradient. */
const PANEL_CHANNELS = 32;
/** Outputs of a tile along each axis. */
const TILE = 2;

/** Whether a convolution can be computed by minimal filtering: a 3×3 kernel moved by one pixel, with no more padding than that uses. */
export function canFilterMinimally(g: WindowGeometry): boolean {
  const { kernelHeight, kernelWidth, strideY, strideX, padTop, padLeft, groups } = g;
  return (
    groups === 1 &&
    kernelHeight === 3 &&
    kernelWidth === 3 &&
    strideY === 1 &&
    strideX === 1 &&
    padTop <= 2 &&
    padLeft <= 2
  );
}

/** Floats of a transformed kernel. */
export function winogradKernelFloats(g: WindowGeometry): number {
  return POINTS * g.inputChannels * g.outputChannels;
}

/** Panels of output channels that a kernel's gradient is computed in. */
export function winogradPanels(g: WindowGeometry): number {
  return Math.ceil(g.outputChannels / PANEL_CHANNELS);
}

/** Floats of a transformed kernel's gradient, for so many parts of the mini-batch. */
export function winogradGradientFloats(g: WindowGeometry, parts: number): number {
  return parts * winogradPanels(g) * POINTS * g.inputChannels * PANEL_CHANNELS;
}

/** Tiles of 2×2 outputs that a map of that size is cut into; those at the border may be smaller. */
export function countTiles(height: number, width: number): number {
  return Math.ceil(height / TILE) * Math.ceil(width / TILE);
}
