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

export const bindMultiplyByGate: Kernels['bindMultiplyByGate'] =
  ({ positions, width, x, gate, y }) =>
  (firstMap, maps, firstRow, rows) => {
    for (let map = firstMap; map < firstMap + maps; map++) {
      for (let row = map * positions + firstRow; row < map * positions + firstRow + rows; row++) {
        for (let i = 0; i < width; i++) y[row * width + i] = x[row * width + i]! * gate[map * width + i]!;
      }
    }
  };

export const bindGateGradient: Kernels['bindGateGradient'] =
  ({ positions, width, x, dy, dGate }) =>
  (firstMap, maps) => {
    for (let map = firstMap; map < firstMap + maps; map++) {
      for (let i = 0; i < width; i++) {
        let sum = 0;
        for (let row = map * positions; row < (map + 1) * positions; row++)
          sum += x[row * width + i]! * dy[row * width + i]!;
        dGate[map * width + i] = sum;
      }
    }
  };
