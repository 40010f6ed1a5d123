import type { Kernels } from '../kernels.js';

/** One column of a row of channels, and the neighbours of each. */
interface Column {
  readonly channels: number;
  readonly columnsPerChannel: number;
  readonly row: number;
  readonly column: number;
}

function placeOf(channel: number, { channels, columnsPerChannel, row, column }: Column): number {
  return (row * channels + channel) * columnsPerChannel + column;
}

/** The sum of `term(channel)` over those from `before` before a channel to `after` behind it, as far as there are any. */
function sumWindow(
  channel: number,
  { channels, before, after }: { channels: number; before: number; after: number },
  term: (channel: number) => number,
): number {
  let sum = 0;
  for (let c = Math.max(0, channel - before); c <= Math.min(channels - 1, channel + after); c++) {
    sum += term(c);
  }
  return sum;
}

function* columnsOf(
  { channels, columnsPerChannel }: { channels: number; columnsPerChannel: number },
  firstRow: number,
  rows: number,
): Generator<Column> {
  for (let row = firstRow; row < firstRow + rows; row++) {
    for (let column = 0; column < columnsPerChannel; column++) {
      yield { channels, columnsPerChannel, row, column };
    }
  }
}

export const bindResponseForward: Kernels['bindResponseForward'] =
  ({ channels, columnsPerChannel, before, after, share, beta, k, x, y }) =>
  (firstRow, rows) => {
    const window = { channels, before, after };
    for (const column of columnsOf({ channels, columnsPerChannel }, firstRow, rows)) {
      for (let c = 0; c < channels; c++) {
        const s = k + share * sumWindow(c, window, (other) => x[placeOf(other, column)]! ** 2);
        y[placeOf(c, column)] = x[placeOf(c, column)]! * s ** -beta;
      }
    }
  };

export const bindResponseBackward: Kernels['bindResponseBackward'] =
  ({ channels, columnsPerChannel, before, after, share, beta, k, x, dy, dx }) =>
  (firstRow, rows) => {
    const window = { channels, before, after };
    const turned = { channels, before: after, after: before };
    for (const column of columnsOf({ channels, columnsPerChannel }, firstRow, rows)) {
      const sums = Array.from(
        { length: channels },
        (_, c) => k + share * sumWindow(c, window, (other) => x[placeOf(other, column)]! ** 2),
      );
      for (let c = 0; c < channels; c++) {
        const i = placeOf(c, column);
        const through = sumWindow(c, turned, (other) => {
          const at = placeOf(other, column);
          return dy[at]! * x[at]! * sums[other]! ** (-beta - 1);
        });
        dx[i] = dy[i]! * sums[c]! ** -beta - 2 * share * beta * x[i]! * through;
      }
    }
  };
