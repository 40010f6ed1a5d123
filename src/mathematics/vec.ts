import { UserError } from '../core/errors.js';
import { type Matrix, makeMatrix, makeTensor, type Tensor3, type Tensor4 } from './matrix.js';

type Nested = readonly number[] | readonly Nested[];

/**
 * All elements in one vector, the first index fastest: a matrix column by column, a tensor channel by channel, kernels one
 * after another (chapter 15.1.1 and equation 15.1). Element (i, j, d) of H×W×D stands at i + H·j + H·W·d.
 */
export function vec(tensor: readonly number[] | Matrix | Tensor3 | Tensor4): number[] {
  if (isVector(tensor)) return [...tensor];
  return Array.from({ length: countLast(tensor) }, (_, d) => vec(takeLast(tensor, d) as Matrix)).flat();
}

/**
 * The other way round: the matrix whose columns stand one after another.
 *
 * @throws UserError if the vector has not as many elements
 */
export function foldMatrix(vector: readonly number[], rows: number, columns: number): number[][] {
  checkLength('foldMatrix', vector, rows * columns, `${rows}×${columns}`);
  return makeMatrix(rows, columns, (i, j) => vector[i + rows * j]!);
}

/**
 * The other way round: the tensor whose channels stand one after another.
 *
 * @throws UserError if the vector has not as many elements
 */
export function foldTensor(
  vector: readonly number[],
  height: number,
  width: number,
  channels: number,
): number[][][] {
  checkLength('foldTensor', vector, height * width * channels, `${height}×${width}×${channels}`);
  return makeTensor(height, width, channels, (i, j, d) => vector[i + height * (j + width * d)]!);
}

function isVector(tensor: Nested): tensor is readonly number[] {
  return typeof tensor[0] !== 'object';
}

/** How many values the last index takes. */
function countLast(tensor: Nested): number {
  return isVector(tensor) ? tensor.length : countLast(tensor[0]!);
}

/** The part with that last index. */
function takeLast(tensor: Nested, index: number): number | Nested {
  return isVector(tensor) ? tensor[index]! : (tensor.map((part) => takeLast(part, index)) as Nested);
}

function checkLength(name: string, vector: readonly number[], length: number, shape: string): void {
  if (vector.length === length) return;
  throw new UserError(
    `${name}: expected a vector of ${length} elements for ${shape}, found ${vector.length}.`,
  );
}
