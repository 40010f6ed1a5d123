import type { Kernels } from '../kernels.js';

export const bindAddElements: Kernels['bindAddElements'] =
  ({ a, b, sum }) =>
  (first, count) => {
    for (let i = first; i < first + count; i++) sum[i] = a[i]! + b[i]!;
  };

export const bindCopyColumns: Kernels['bindCopyColumns'] =
  ({ columns, x, xWidth, xFirst, y, yWidth, yFirst }) =>
  (firstRow, rows) => {
    for (let row = firstRow; row < firstRow + rows; row++) {
      for (let i = 0; i < columns; i++) y[row * yWidth + yFirst + i] = x[row * xWidth + xFirst + i]!;
    }
  };
