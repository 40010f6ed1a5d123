import type { Kernels } from '../kernels.js';

/** Columns of a row: each of them is normalised by itself. */
interface Row {
  readonly channels: number;
  readonly columnsPerChannel: number;
  readonly x: Float32Array;
  readonly epsilon: number;
}

/** Of one column the places of its channels in the array, and the numbers there normalised. */
function normalizeColumn({ channels, columnsPerChannel, x, epsilon }: Row, row: number, column: number) {
  const places = Array.from(
    { length: channels },
    (_, c) => (row * channels + c) * columnsPerChannel + column,
  );
  const mean = places.reduce((sum, i) => sum + x[i]!, 0) / channels;
  const variance = places.reduce((sum, i) => sum + (x[i]! - mean) ** 2, 0) / channels;
  const inverse = 1 / Math.sqrt(variance + epsilon);
  return { places, inverse, normal: places.map((i) => (x[i]! - mean) * inverse) };
}

export const bindNormalizeRows: Kernels['bindNormalizeRows'] =
  ({ channels, columnsPerChannel, x, scale, shift, epsilon, y }) =>
  (firstRow, rows) => {
    for (let row = firstRow; row < firstRow + rows; row++) {
      for (let column = 0; column < columnsPerChannel; column++) {
        const { places, normal } = normalizeColumn({ channels, columnsPerChannel, x, epsilon }, row, column);
        for (const [c, i] of places.entries()) {
          const at = c * columnsPerChannel + column;
          y[i] = normal[c]! * (scale?.[at] ?? 1) + (shift?.[at] ?? 0);
        }
      }
    }
  };

export const bindNormalizeRowsBackward: Kernels['bindNormalizeRowsBackward'] =
  ({ channels, columnsPerChannel, x, dy, scale, epsilon, dx, dScale, dShift }) =>
  (firstRow, rows) => {
    const width = channels * columnsPerChannel;
    const [scaleSums, shiftSums] = [new Float64Array(width), new Float64Array(width)];
    for (let row = firstRow; row < firstRow + rows; row++) {
      for (let column = 0; column < columnsPerChannel; column++) {
        const { places, inverse, normal } = normalizeColumn(
          { channels, columnsPerChannel, x, epsilon },
          row,
          column,
        );
        const gradients = places.map((i, c) => dy[i]! * (scale?.[c * columnsPerChannel + column] ?? 1));
        const mean = gradients.reduce((sum, gradient) => sum + gradient, 0) / channels;
        const product = gradients.reduce((sum, gradient, c) => sum + gradient * normal[c]!, 0) / channels;
        for (const [c, i] of places.entries()) {
          const at = c * columnsPerChannel + column;
          scaleSums[at]! += dy[i]! * normal[c]!;
          shiftSums[at]! += dy[i]!;
          if (dx) dx[i] = (gradients[c]! - mean - normal[c]! * product) * inverse;
        }
      }
    }
    dScale?.set(scaleSums);
    dShift?.set(shiftSums);
  };
