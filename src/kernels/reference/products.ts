import { PANEL_COLUMNS } from '../constants.js';
import { panelCount } from '../interface/products.js';
import type { Kernels } from '../kernels.js';

/*
 * The packed layout of the reference is the matrix itself, row by row, each row as long as its panels: a column belongs to
 * one panel only, so panels can be packed in any order, by any thread.
 */

/** Floats from one row of a packed matrix to the next. */
export function packedStride(columns: number): number {
  return panelCount(columns) * PANEL_COLUMNS;
}

/** The columns [begin, end) that some panels hold; the last panel may be partly empty. */
function panelRange(columns: number, firstPanel: number, panels: number): { begin: number; end: number } {
  return { begin: firstPanel * PANEL_COLUMNS, end: Math.min((firstPanel + panels) * PANEL_COLUMNS, columns) };
}

export const pack: Kernels['pack'] = (rows, columns, b, packed, firstPanel, panels) => {
  const stride = packedStride(columns);
  const { begin, end } = panelRange(columns, firstPanel, panels);
  for (let row = 0; row < rows; row++) {
    for (let column = begin; column < end; column++) {
      packed[row * stride + column] = b[row * columns + column]!;
    }
  }
};

export const packTransposed: Kernels['packTransposed'] = (rows, columns, b, packed, firstPanel, panels) => {
  const stride = packedStride(rows);
  const { begin, end } = panelRange(rows, firstPanel, panels);
  for (let column = 0; column < columns; column++) {
    for (let row = begin; row < end; row++) {
      packed[column * stride + row] = b[row * columns + column]!;
    }
  }
};

export const matmul: Kernels['matmul'] = (m, n, k, a, packed, bias, c, _scratch, firstPanel, panels) => {
  const stride = packedStride(n);
  const { begin, end } = panelRange(n, firstPanel, panels);
  for (let row = 0; row < m; row++) {
    for (let column = begin; column < end; column++) {
      let sum = bias === null ? 0 : bias[column]!;
      for (let p = 0; p < k; p++) sum += a[row * k + p]! * packed[p * stride + column]!;
      c[row * n + column] = sum;
    }
  }
};
