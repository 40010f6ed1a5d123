import { type Kernels, packedFloats, panelCount } from '../../../src/kernels/kernels.js';
import type { KernelMemory } from './kernel-memory.js';

/** A rows × columns matrix, packed one panel at a time from the last to the first: no panel may disturb another. */
export function packMatrix(
  memory: KernelMemory,
  kernels: Kernels,
  size: { rows: number; columns: number },
  matrix: Float32Array,
): Float32Array {
  const packed = memory.private('packed', packedFloats(size.rows, size.columns));
  for (let panel = panelCount(size.columns) - 1; panel >= 0; panel--) {
    kernels.pack(size.rows, size.columns, matrix, packed, panel, 1);
  }
  return packed;
}

/** The transpose of a rows × columns matrix, packed likewise. */
export function packTransposedMatrix(
  memory: KernelMemory,
  kernels: Kernels,
  size: { rows: number; columns: number },
  matrix: Float32Array,
): Float32Array {
  const packed = memory.private('packed', packedFloats(size.columns, size.rows));
  for (let panel = panelCount(size.rows) - 1; panel >= 0; panel--) {
    kernels.packTransposed(size.rows, size.columns, matrix, packed, panel, 1);
  }
  return packed;
}
