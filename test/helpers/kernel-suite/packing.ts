import { packedFloats, panelCount } from '../../../src/kernels/interface/products.js';
import type { Kernels } from '../../../src/kernels/kernels.js';
import type { KernelMemory } from './kernel-memory.js';

/** Of one matrix; `groups` of them lie one after another. */
interface MatrixSize {
  readonly rows: number;
  readonly columns: number;
  readonly groups?: number;
}

/** A rows × columns matrix, packed one panel at a time from the last to the first: no panel may disturb another. */
export function packMatrix(
  memory: KernelMemory,
  kernels: Kernels,
  size: MatrixSize,
  matrix: Float32Array,
): Float32Array {
  const { rows, columns } = size;
  return packAll(memory, size, packedFloats(rows, columns), matrix, (one, packed) => {
    const pack = kernels.bindPack({ rows, columns, b: one, packed });
    for (let panel = panelCount(columns) - 1; panel >= 0; panel--) pack(panel, 1);
  });
}

/** The transpose of a rows × columns matrix, packed likewise. */
export function packTransposedMatrix(
  memory: KernelMemory,
  kernels: Kernels,
  size: MatrixSize,
  matrix: Float32Array,
): Float32Array {
  const { rows, columns } = size;
  return packAll(memory, size, packedFloats(columns, rows), matrix, (one, packed) => {
    const pack = kernels.bindPackTransposed({ rows, columns, b: one, packed });
    for (let panel = panelCount(rows) - 1; panel >= 0; panel--) pack(panel, 1);
  });
}

function packAll(
  memory: KernelMemory,
  { rows, columns, groups = 1 }: MatrixSize,
  packedLength: number,
  matrices: Float32Array,
  pack: (matrix: Float32Array, packed: Float32Array) => void,
): Float32Array {
  const packed = memory.private('packed', groups * packedLength);
  for (let group = 0; group < groups; group++) {
    const matrix = matrices.subarray(group * rows * columns, (group + 1) * rows * columns);
    pack(matrix, packed.subarray(group * packedLength, (group + 1) * packedLength));
  }
  return packed;
}
