import { UserError } from '../core/errors.js';
import { countColumns, countRows, type Matrix, makeMatrix } from './matrix.js';

/**
 * `full`: every position where the two overlap; `valid`: those where the second lies in the first altogether; `same`: as many as
 * the first has elements, the middle of `full`.
 */
export type ConvolutionForm = 'full' | 'valid' | 'same';

/** Rows and columns of zeros around a matrix. */
export type Borders = readonly [top: number, bottom: number, left: number, right: number];

/**
 * Convolution as mathematics has it, C = A * B (the tutorial, equation 16; the notes' conv2): in full, c[s][t] is the sum over m and n of
 * a[m][n]·b[s−m][t−n], for 0 ≤ s < mA + mB − 1 and 0 ≤ t < nA + nB − 1. As in Matlab, where `same` begins in row ⌊mB/2⌋ and
 * column ⌊nB/2⌋ of `full`.
 *
 * @throws UserError if the form is `valid` and B is larger than A
 */
export function conv2(a: Matrix, b: Matrix, form: ConvolutionForm): number[][] {
  const full = convolveFull(a, b);
  const [rows, columns] = [countRows(b), countColumns(b)];
  if (form === 'full') return full;
  if (form === 'same') {
    return cut(full, [Math.floor(rows / 2), Math.floor(columns / 2)], [countRows(a), countColumns(a)]);
  }
  checkFits('conv2', a, b);
  return cut(full, [rows - 1, columns - 1], [countRows(a) - rows + 1, countColumns(a) - columns + 1]);
}

/** Equation 16 of the tutorial. */
function convolveFull(a: Matrix, b: Matrix): number[][] {
  const [rowsA, columnsA, rowsB, columnsB] = [countRows(a), countColumns(a), countRows(b), countColumns(b)];
  return makeMatrix(rowsA + rowsB - 1, columnsA + columnsB - 1, (s, t) => {
    let sum = 0;
    for (let m = 0; m < rowsA; m++) {
      for (let n = 0; n < columnsA; n++) sum += a[m]![n]! * (b[s - m]?.[t - n] ?? 0);
    }
    return sum;
  });
}

/**
 * Correlation, which convolutional networks call convolution: the kernel slides over A and is not turned; in the form `valid`,
 * c[s][t] is the sum over m and n of a[s+m][t+n]·kernel[m][n] (the tutorial, 式1; chapter 15, equation 15.16). The other forms pad A with zeros:
 * `full` by the kernel less one on each side, `same` by the chapter's rule, ⌊(H−1)/2⌋ above and ⌊H/2⌋ below. It is
 * conv2(A, rotate180(kernel)) in every form.
 *
 * @throws UserError if the form is `valid` and the kernel is larger than A
 */
export function correlate2(a: Matrix, kernel: Matrix, form: ConvolutionForm): number[][] {
  const padded = pad(a, chooseBorders(countRows(kernel), countColumns(kernel), form));
  checkFits('correlate2', padded, kernel);
  const rows = countRows(padded) - countRows(kernel) + 1;
  const columns = countColumns(padded) - countColumns(kernel) + 1;
  return makeMatrix(rows, columns, (s, t) => {
    let sum = 0;
    kernel.forEach((row, m) => {
      row.forEach((weight, n) => {
        sum += padded[s + m]![t + n]! * weight;
      });
    });
    return sum;
  });
}

function chooseBorders(height: number, width: number, form: ConvolutionForm): Borders {
  switch (form) {
    case 'valid':
      return [0, 0, 0, 0];
    case 'full':
      return [height - 1, height - 1, width - 1, width - 1];
    case 'same': {
      const [top, left] = [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)];
      return [top, height - 1 - top, left, width - 1 - left];
    }
  }
}

/** The matrix turned by half a circle: upside down, then left to right. */
export function rotate180(a: Matrix): number[][] {
  return a.map((row) => row.toReversed()).toReversed();
}

/** The matrix with zeros around it. */
export function pad(a: Matrix, [top, bottom, left, right]: Borders): number[][] {
  const [rows, columns] = [countRows(a) + top + bottom, countColumns(a) + left + right];
  return makeMatrix(rows, columns, (i, j) => a[i - top]?.[j - left] ?? 0);
}

/** So many rows and columns, from there on. */
export function cut(
  a: Matrix,
  [top, left]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): number[][] {
  return makeMatrix(rows, columns, (i, j) => a[top + i]![left + j]!);
}

function checkFits(name: string, a: Matrix, b: Matrix): void {
  if (countRows(b) <= countRows(a) && countColumns(b) <= countColumns(a)) return;
  throw new UserError(
    `${name}: expected a kernel of at most ${countRows(a)}×${countColumns(a)}, ` +
      `found ${countRows(b)}×${countColumns(b)}. Make it smaller, or take the form 'full' or 'same'.`,
  );
}
