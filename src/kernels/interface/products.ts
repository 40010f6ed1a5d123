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
  /** Floats of scratch that `matmul` needs for a product over `k`. */
  matmulScratchFloats(k: number): number;
  /** Floats of scratch that the per-channel methods need. */
  channelScratchFloats(channels: number): number;
  /** Packs panels of the matrix `b`, rows × columns, row by row. */
  pack(
    rows: number,
    columns: number,
    b: Float32Array,
    packed: Float32Array,
    firstPanel: number,
    panels: number,
  ): void;
  /** Packs panels of the transpose of `b` (rows × columns); the panels run over b's rows. */
  packTransposed(
    rows: number,
    columns: number,
    b: Float32Array,
    packed: Float32Array,
    firstPanel: number,
    panels: number,
  ): void;
  /**
   * C = A B + bias for the columns of some panels of B: `a` is m × k, `packed` comes from `pack` of a k × n matrix,
   * `c` is m × n, `bias` has n elements or is null.
   */
  matmul(
    m: number,
    n: number,
    k: number,
    a: Float32Array,
    packed: Float32Array,
    bias: Float32Array | null,
    c: Float32Array,
    scratch: Float32Array,
    firstPanel: number,
    panels: number,
  ): void;
  /** sums[c] = sum over rows of x[row, c], `x` being rows × channels: a bias's gradient. */
  sumRows(
    channels: number,
    x: Float32Array,
    sums: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
}
