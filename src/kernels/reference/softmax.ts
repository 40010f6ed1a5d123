import type { SoftmaxKernels } from '../interface/softmax.js';

/** The places of all channels, for each column of some rows. */
function* eachColumn(
  { channels, columnsPerChannel }: { readonly channels: number; readonly columnsPerChannel: number },
  firstRow: number,
  rows: number,
): Generator<number[]> {
  for (let row = firstRow; row < firstRow + rows; row++) {
    for (let column = 0; column < columnsPerChannel; column++) {
      yield Array.from({ length: channels }, (_, c) => (row * channels + c) * columnsPerChannel + column);
    }
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

export const bindSoftmaxForward: SoftmaxKernels['bindSoftmaxForward'] =
  ({ x, y, ...sizes }) =>
  (firstRow, rows) => {
    for (const places of eachColumn(sizes, firstRow, rows)) {
      const inputs = places.map((i) => x[i]!);
      const greatest = inputs.reduce((a, b) => Math.max(a, b));
      // What is not finite comes out as NaN, also −∞.
      const powers = inputs.map((input) => Math.exp(input - greatest) + 0 * input);
      const sum = sumOf(powers);
      for (const [c, i] of places.entries()) y[i] = powers[c]! / sum;
    }
  };

export const bindSoftmaxBackward: SoftmaxKernels['bindSoftmaxBackward'] =
  ({ y, dy, dx, ...sizes }) =>
  (firstRow, rows) => {
    for (const places of eachColumn(sizes, firstRow, rows)) {
      const product = sumOf(places.map((i) => dy[i]! * y[i]!));
      for (const i of places) dx[i] = y[i]! * (dy[i]! - product);
    }
  };
