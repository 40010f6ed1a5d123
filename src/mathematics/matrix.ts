import { UserError } from '../core/errors.js';

/** A matrix, a[i][j]: row i, column j, counted from 0. All rows have one length. */
export type Matrix = readonly (readonly number[])[];

/** A tensor of order 3, x[i][j][d]: row i, column j, channel d (chapter 15.1.1). */
export type Tensor3 = readonly Matrix[];

/** The kernels of a convolution, f[i][j][d'][d]: row i, column j, channel d' of kernel d (section 15.5.1). */
export type Tensor4 = readonly Tensor3[];

/** The rows and columns of what `element(i, j)` gives. */
export function makeMatrix<T = number>(
  rows: number,
  columns: number,
  element: (i: number, j: number) => T,
): T[][] {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => element(i, j)));
}

/** The tensor whose element in row i, column j and channel d is `element(i, j, d)`. */
export function makeTensor(
  height: number,
  width: number,
  channels: number,
  element: (i: number, j: number, d: number) => number,
): number[][][] {
  return Array.from({ length: height }, (_, i) => makeMatrix(width, channels, (j, d) => element(i, j, d)));
}

export function makeIdentity(size: number): number[][] {
  return makeMatrix(size, size, (i, j) => (i === j ? 1 : 0));
}

export function countRows(a: readonly unknown[]): number {
  return a.length;
}

export function countColumns(a: readonly (readonly unknown[])[]): number {
  return a[0]?.length ?? 0;
}

export function transpose<T = number>(a: readonly (readonly T[])[]): T[][] {
  return makeMatrix(countColumns(a), countRows(a), (i, j) => a[j]![i]!);
}

/**
 * The product A B.
 *
 * @throws UserError if A has not as many columns as B has rows
 */
export function multiplyMatrices(a: Matrix, b: Matrix): number[][] {
  if (countColumns(a) !== countRows(b)) {
    throw new UserError(
      `multiplyMatrices: expected a second matrix with ${countColumns(a)} rows, as many as the first has columns, ` +
        `found ${countRows(b)}×${countColumns(b)}. Transpose one of them or check their sizes.`,
    );
  }
  return makeMatrix(countRows(a), countColumns(b), (i, j) =>
    a[i]!.reduce((sum, value, k) => sum + value * b[k]![j]!, 0),
  );
}

/**
 * The product element by element, A ∘ B (the tutorial, equation 式8).
 *
 * @throws UserError if the sizes differ
 */
export function multiplyElements(a: Matrix, b: Matrix): number[][] {
  if (countRows(a) !== countRows(b) || countColumns(a) !== countColumns(b)) {
    throw new UserError(
      `multiplyElements: expected two matrices of one size, found ${countRows(a)}×${countColumns(a)} and ` +
        `${countRows(b)}×${countColumns(b)}. Check their sizes.`,
    );
  }
  return makeMatrix(countRows(a), countColumns(a), (i, j) => a[i]![j]! * b[i]![j]!);
}

/** The sum of matrices of one size. */
export function addMatrices(matrices: readonly Matrix[]): number[][] {
  const [first = []] = matrices;
  return makeMatrix(countRows(first), countColumns(first), (i, j) =>
    matrices.reduce((sum, matrix) => sum + matrix[i]![j]!, 0),
  );
}

/** The Kronecker product A ⊗ B: a block a[i][j]·B for each element of A (chapter 15, equation 15.26). */
export function kronecker(a: Matrix, b: Matrix): number[][] {
  const [rows, columns] = [countRows(b), countColumns(b)];
  return makeMatrix(
    countRows(a) * rows,
    countColumns(a) * columns,
    (i, j) => a[Math.floor(i / rows)]![Math.floor(j / columns)]! * b[i % rows]![j % columns]!,
  );
}
