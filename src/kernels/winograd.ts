import { WINOGRAD_PANEL, WINOGRAD_PLANE_GAP } from './constants.js';
import { isDilated, type WindowGeometry } from './geometry.js';

/** Tiles of each kernel size for which there are filters (see native/kernels/winograd-filters.inl.h): outputs along each axis. */
const TILES: Readonly<Record<number, readonly number[]>> = { 3: [2, 4], 5: [2] };

/** The tiles by which a convolution can be computed by minimal filtering: its kernel has no gaps and moves by one pixel, with no more padding than that uses. */
export function listTiles(g: WindowGeometry): readonly number[] {
  const { kernelHeight: size, kernelWidth, strideY, strideX, padTop, padLeft, groups } = g;
  const moves = groups === 1 && !isDilated(g) && kernelWidth === size && strideY === 1 && strideX === 1;
  return moves && padTop < size && padLeft < size ? (TILES[size] ?? []) : [];
}

/** Products that a tile takes for each pair of channels: points of the transforms. */
export function countPoints(g: WindowGeometry, tile: number): number {
  return (tile + g.kernelHeight - 1) ** 2;
}

/** Floats of a transformed kernel. */
export function winogradKernelFloats(g: WindowGeometry, tile: number): number {
  return countPoints(g, tile) * g.inputChannels * g.outputChannels;
}

/** Panels of output channels that a kernel's gradient is computed in. */
export function winogradPanels(g: WindowGeometry): number {
  return Math.ceil(g.outputChannels / WINOGRAD_PANEL);
}

/** Floats of a transformed kernel's gradient, for so many parts of the mini-batch. */
export function winogradGradientFloats(g: WindowGeometry, tile: number, parts: number): number {
  const plane = g.inputChannels * WINOGRAD_PANEL + WINOGRAD_PLANE_GAP;
  return parts * winogradPanels(g) * countPoints(g, tile) * plane;
}

/** Tiles that a map of that size is cut into; those at the border may be smaller. */
export function countTiles(height: number, width: number, tile: number): number {
  return Math.ceil(height / tile) * Math.ceil(width / tile);
}
