import type { WindowGeometry } from '../../kernels/geometry.js';
import { allocateLike } from '../../kernels/memory.js';
import type { Padding } from '../window.js';

/**
 * What an element counts in the mean of each window, h'×w': 1 / the number of the window's places inside the input with so much padding
 * around it, as precise as `like`. A window that reaches beyond that padding, as with `ceil`, has fewer places there than the others.
 */
export function makeMeanShares(
  g: WindowGeometry,
  [top, bottom, left, right]: Padding,
  like: Float32Array,
): Float32Array {
  const shares = allocateLike(like, g.outputHeight * g.outputWidth);
  for (let y = 0; y < g.outputHeight; y++) {
    const rows = countPlaces(y * g.strideY - g.padTop, g.kernelHeight, -top, g.inputHeight + bottom);
    for (let x = 0; x < g.outputWidth; x++) {
      const columns = countPlaces(x * g.strideX - g.padLeft, g.kernelWidth, -left, g.inputWidth + right);
      shares[y * g.outputWidth + x] = 1 / (rows * columns);
    }
  }
  return shares;
}

/** Shares that leave every window's sum as it is. */
export function makeSumShares(g: WindowGeometry, like: Float32Array): Float32Array {
  return allocateLike(like, g.outputHeight * g.outputWidth).fill(1);
}

/** Of [start, start + size), how many lie in [low, high). */
function countPlaces(start: number, size: number, low: number, high: number): number {
  return Math.min(start + size, high) - Math.max(start, low);
}
