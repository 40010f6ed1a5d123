import { PANEL_COLUMNS } from '../constants.js';
import type { Kernels } from '../kernels.js';
import { packedStride } from './packed-stride.js';
import { sumChannels } from './rows.js';

/** The columns [begin, end) that some panels hold; the last panel may be partly empty. */
function panelRange(columns: number, firstPanel: number, panels: number): { begin: number; end: number } {
  return { begin: firstPanel * PANEL_COLUMNS, end: Math.min((firstPanel + panels) * PANEL_COLUMNS, columns) };
}

export const bindPack: Kernels['bindPack'] =
  ({ rows, columns, b, packed }) =>
  (firstPanel, panels) => {
    const stride = packedStride(columns);
    const { begin, end } = panelRange(columns, firstPanel, panels);
    for (let row = 0; row < rows; row++) {
      for (let column = begin; column < end; column++) {
        packed[row * stride + column] = b[row * columns + column]!;
      }
    }
  };

export const bindPackTransposed: Kernels['bindPackTransposed'] =
  ({ rows, columns, b, packed }) =>
  (firstPanel, panels) => {
    const stride = packedStride(rows);
    const { begin, end } = panelRange(rows, firstPanel, panels);
    for (let column = 0; column < columns; column++) {
      for (let row = begin; row < end; row++) {
        packed[column * stride + row] = b[row * columns + column]!;
      }
    }
  };

export const bindMatmul: Kernels['bindMatmul'] =
  ({ n, k, a, packed, bias, c }) =>
  (m, firstPanel, panels) => {
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

export const bindSumRows: Kernels['bindSumRows'] =
  ({ channels, x, sums }) =>
  (first, count) => {
    sums.set(sumChannels(channels, { first, count }, (i) => x[i]!));
  };
