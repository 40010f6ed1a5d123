import { UserError } from '../core/errors.js';
import {
  countColumns,
  countRows,
  kronecker,
  type Matrix,
  makeMatrix,
  type Tensor3,
  transpose,
} from './matrix.js';
import { countPositions } from './steps.js';

type Pair = readonly [y: number, x: number];

/** A pooled matrix, and for each element where in the input its maximum was. */
export interface MaxPooling {
  readonly values: number[][];
  readonly positions: Pair[][];
}

/**
 * The maximum of each window (chapter 15, equation 15.51). Of equal elements the first in row order is taken.
 *
 * @param stride the window's size if absent
 */
export function poolMaximum(x: Matrix, window: Pair, stride: Pair = window): MaxPooling {
  const positions = mapWindows(x, window, stride, (elements) =>
    elements.reduce((best, next) => (x[next[0]]![next[1]]! > x[best[0]]![best[1]]! ? next : best)),
  );
  return { positions, values: positions.map((row) => row.map(([i, j]) => x[i]![j]!)) };
}

/** The mean of each window (15.52). */
export function poolMean(x: Matrix, window: Pair, stride: Pair = window): number[][] {
  return mapWindows(
    x,
    window,
    stride,
    (elements) => elements.reduce((sum, [i, j]) => sum + x[i]![j]!, 0) / elements.length,
  );
}

/**
 * Upsampling behind max pooling (backpropagation by hand, section 3): each delta goes to the position that its maximum was taken from. Where windows
 * overlap and one element wins several, it gets all their deltas (chapter 15.6).
 */
export function spreadToMaxima(
  delta: Matrix,
  positions: readonly (readonly Pair[])[],
  [rows, columns]: Pair,
): number[][] {
  const spread = makeMatrix(rows, columns, () => 0);
  positions.forEach((row, i) => {
    row.forEach(([y, x], j) => {
      spread[y]![x]! += delta[i]![j]!;
    });
  });
  return spread;
}

/**
 * Upsampling behind mean pooling with windows side by side (the tutorial, backpropagation by hand): each delta in equal parts to the elements of its
 * window, delta ⊗ (1 / (H·W)) of H×W.
 */
export function spreadEvenly(delta: Matrix, [height, width]: Pair): number[][] {
  return kronecker(
    delta,
    makeMatrix(height, width, () => 1 / (height * width)),
  );
}

/**
 * The indicator matrix S(x) of max pooling (15.56), H'W'D × HWD, with vec(y) = S(x) vec(x) (15.57) and, for the gradients,
 * dx = S(x)ᵀ dy (15.59): in the row of each output a one in the column of the element that it was taken from.
 */
export function makeSelection(x: Tensor3, window: Pair, stride: Pair = window): number[][] {
  const [height, width, channels] = [x.length, x[0]!.length, x[0]![0]!.length];
  const rows: number[][] = [];
  for (let d = 0; d < channels; d++) {
    const channel = x.map((row) => row.map((pixel) => pixel[d]!));
    const { positions } = poolMaximum(channel, window, stride);
    for (const [i, j] of transpose(positions).flat()) {
      const row = new Array<number>(height * width * channels).fill(0);
      row[i + height * (j + width * d)] = 1;
      rows.push(row);
    }
  }
  return rows;
}

/** What a window makes of the positions of its elements, in row order, wherever it lies. */
function mapWindows<T>(x: Matrix, window: Pair, stride: Pair, make: (elements: readonly Pair[]) => T): T[][] {
  const rows = countPositions(countRows(x), window[0], stride[0], 0);
  const columns = countPositions(countColumns(x), window[1], stride[1], 0);
  if (rows < 1 || columns < 1) {
    throw new UserError(
      `pooling: expected a window of at most ${countRows(x)}×${countColumns(x)}, found ${window.join('×')}. ` +
        'Make it smaller.',
    );
  }
  return makeMatrix(rows, columns, (i, j) =>
    make(makeMatrix(...window, (a, b): Pair => [i * stride[0] + a, j * stride[1] + b]).flat()),
  );
}
