/**
 * Convolution as a product of matrices, in the order of elements of chapter 15.5.3 to 15.5.7. The convolution's input is
 * Hl×Wl×Dl, its kernels H×W×Dl, its output H'×W'×D. The chapter has stride 1 and no padding; with others the input's pixel of a
 * window is i = stride·i' + (row in the window) − padding above, likewise for columns.
 */
import { UserError } from '../core/errors.js';
import { countColumns, type Matrix, makeMatrix, makeTensor, type Tensor3, type Tensor4 } from './matrix.js';
import { countPositions, readSteps, type StepOptions } from './steps.js';
import { foldMatrix, foldTensor, vec } from './vec.js';

export interface ConvolutionShape extends StepOptions {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly kernel: readonly [height: number, width: number];
}

/** The sizes that the equations are written in. */
interface Sizes {
  /** H', W': positions of the window. */
  readonly height: number;
  readonly width: number;
  /** H'·W': rows of phi(x). */
  readonly rows: number;
  /** H·W·Dl: columns of phi(x). */
  readonly columns: number;
}

/**
 * The sizes of phi(x).
 *
 * @throws UserError if the kernel is larger than the padded input
 */
export function measurePhi({ input, kernel, ...options }: ConvolutionShape): Sizes {
  const { stride, padding } = readSteps(options);
  const [top, bottom, left, right] = padding;
  const padded = [input[0] + top + bottom, input[1] + left + right] as const;
  if (kernel[0] > padded[0] || kernel[1] > padded[1]) {
    throw new UserError(
      `im2row: expected a kernel of at most ${padded.join('×')} (the padded input), found ${kernel.join('×')}. ` +
        'Make it smaller or pad more.',
    );
  }
  const height = countPositions(input[0], kernel[0], stride[0], top + bottom);
  const width = countPositions(input[1], kernel[1], stride[1], left + right);
  return { height, width, rows: height * width, columns: kernel[0] * kernel[1] * input[2] };
}

/**
 * The map m(p, q) (equations 15.21 to 15.24): the element (i, j, d) of the input that phi(x) has in row p and column q. Row p is
 * the window at (i', j') with p = i' + H'·j'; column q is the element (a, b) of channel d in the kernel with q = a + H·b + H·W·d.
 * It is outside the input if the window lies on padding there.
 */
export function mapElement(
  p: number,
  q: number,
  shape: ConvolutionShape,
): readonly [i: number, j: number, d: number] {
  const { stride, padding } = readSteps(shape);
  const { height } = measurePhi(shape);
  const [kernelHeight, kernelWidth] = shape.kernel;
  const [outputRow, outputColumn] = [p % height, Math.floor(p / height)];
  const [a, b] = [q % kernelHeight, Math.floor(q / kernelHeight) % kernelWidth];
  return [
    stride[0] * outputRow + a - padding[0],
    stride[1] * outputColumn + b - padding[2],
    Math.floor(q / (kernelHeight * kernelWidth)),
  ];
}

/** The inverse of m, which is no function: every (p, q) at which phi(x) has the element (i, j, d) of the input. */
export function findPlaces(
  element: readonly [i: number, j: number, d: number],
  shape: ConvolutionShape,
): (readonly [p: number, q: number])[] {
  return listPlaces(shape).filter(([p, q]) =>
    mapElement(p, q, shape).every((index, k) => index === element[k]),
  );
}

/** phi(x), H'W' × H·W·Dl: in each row what the kernel covers at one position. Its transpose is Matlab's im2col. */
export function im2row(
  x: Tensor3,
  kernel: readonly [height: number, width: number],
  options: StepOptions = {},
): number[][] {
  const shape: ConvolutionShape = { ...options, kernel, input: [x.length, x[0]!.length, x[0]![0]!.length] };
  const { rows, columns } = measurePhi(shape);
  return makeMatrix(rows, columns, (p, q) => {
    const [i, j, d] = mapElement(p, q, shape);
    return x[i]?.[j]?.[d] ?? 0;
  });
}

/**
 * The sum into each element of the input of all its copies in a matrix like phi(x) (equation 15.49): of dY Fᵀ it makes dX. What stands for
 * padding is left out.
 */
export function row2im(matrix: Matrix, shape: ConvolutionShape): number[][][] {
  const x = makeTensor(...shape.input, () => 0);
  for (const [p, q] of listPlaces(shape)) {
    const [i, j, d] = mapElement(p, q, shape);
    if (x[i]?.[j] !== undefined) x[i][j][d]! += matrix[p]![q]!;
  }
  return x;
}

/**
 * The indicator matrix M (15.39), H'W'·HWDl × Hl·Wl·Dl, with vec(phi(x)) = M vec(x) (15.40): a one in each row, in the column of
 * the element that is copied; a row for padding has none.
 */
export function makeIndicator(shape: ConvolutionShape): number[][] {
  const { rows, columns } = measurePhi(shape);
  const [height, width, channels] = shape.input;
  const m = makeMatrix(rows * columns, height * width * channels, () => 0);
  for (const [p, q] of listPlaces(shape)) {
    const [i, j, d] = mapElement(p, q, shape);
    const isInside = i >= 0 && i < height && j >= 0 && j < width;
    if (isInside) m[p + rows * q]![i + height * (j + width * d)] = 1;
  }
  return m;
}

/** Kernels as the matrix F, HWDl × D: each column is one kernel's vec. */
export function kernelsToMatrix(f: Tensor4): number[][] {
  const count = f[0]![0]![0]!.length;
  return foldMatrix(vec(f), f.length * f[0]!.length * f[0]![0]!.length, count);
}

/** The other way round, for kernels of H×W×Dl. */
export function matrixToKernels(
  matrix: Matrix,
  [height, width, channels]: readonly [height: number, width: number, channels: number],
): number[][][][] {
  return makeMatrix(height, width, (i, j) =>
    makeMatrix(channels, countColumns(matrix), (c, d) => matrix[i + height * (j + width * c)]![d]!),
  );
}

/** A tensor as the matrix X or Y, HW × D: each column is one channel's vec. */
export function tensorToMatrix(x: Tensor3): number[][] {
  return foldMatrix(vec(x), x.length * x[0]!.length, x[0]![0]!.length);
}

/** The other way round. */
export function matrixToTensor(matrix: Matrix, height: number, width: number): number[][][] {
  return foldTensor(vec(matrix), height, width, matrix[0]!.length);
}

/** Every row and column of phi(x). */
function listPlaces(shape: ConvolutionShape): (readonly [p: number, q: number])[] {
  const { rows, columns } = measurePhi(shape);
  return Array.from({ length: rows * columns }, (_, x) => [x % rows, Math.floor(x / rows)] as const);
}
