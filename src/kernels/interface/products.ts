import { PANEL_COLUMNS } from '../constants.js';

/** How many panels a matrix with that many columns has. */
export function panelCount(columns: number): number {
  return Math.ceil(columns / PANEL_COLUMNS);
}

/** Floats to book for a packed matrix of `rows` × `columns`. */
export function packedFloats(rows: number, columns: number): number {
  return rows * panelCount(columns) * PANEL_COLUMNS;
}

/** Products, and sums of rows. The layout of a packed matrix is the implementation's own; it has `packedFloats(rows, columns)` floats. */
export interface ProductKernels {
  /** Packs panels of the matrix `b`, rows × columns, row by row. */
  bindPack(kernel: {
    readonly rows: number;
    readonly columns: number;
    readonly b: Float32Array;
    readonly packed: Float32Array;
  }): (firstPanel: number, panels: number) => void;
  /** Packs panels of the transpose of `b` (rows × columns); the panels run over b's rows. */
  bindPackTransposed(kernel: {
    readonly rows: number;
    readonly columns: number;
    readonly b: Float32Array;
    readonly packed: Float32Array;
  }): (firstPanel: number, panels: number) => void;
  /**
   * C = A B + bias for the columns of some panels of B: `a` is m × k, `packed` comes from `bindPack` of a k × n matrix,
   * `c` is m × n, `bias` has n elements or is null.
   */
  bindMatmul(kernel: {
    readonly n: number;
    readonly k: number;
    readonly a: Float32Array;
    readonly packed: Float32Array;
    readonly bias: Float32Array | null;
    readonly c: Float32Array;
  }): (m: number, firstPanel: number, panels: number) => void;
  /** sums[c] = sum over rows of x[row, c], `x` being rows × channels: a bias's gradient. */
  bindSumRows(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly sums: Float32Array;
  }): (firstRow: number, rows: number) => void;
}
