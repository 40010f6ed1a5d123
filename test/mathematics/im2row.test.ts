import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { splitChannels } from '../../src/mathematics/channels.js';
import { correlate2 } from '../../src/mathematics/conv2.js';
import {
  type ConvolutionShape,
  findPlaces,
  im2row,
  kernelsToMatrix,
  makeIndicator,
  mapElement,
  matrixToKernels,
  matrixToTensor,
  measurePhi,
  row2im,
  tensorToMatrix,
} from '../../src/mathematics/im2row.js';
import {
  addMatrices,
  kronecker,
  type Matrix,
  makeIdentity,
  makeTensor,
  multiplyMatrices,
  transpose,
} from '../../src/mathematics/matrix.js';
import { foldMatrix, vec } from '../../src/mathematics/vec.js';
import { makeRandomIntegers } from '../helpers/random-tensors.js';

const column = (vector: readonly number[]) => vector.map((value) => [value]);
/** A column as a vector, without negative zeros. */
const plain = (matrix: Matrix) => matrix.flat().map((value) => value + 0);

// Figure 15.3 of chapter 15.
const A = [
  [1, 2, 3, 1],
  [4, 5, 6, 1],
  [7, 8, 9, 1],
];
const X = A.map((row) => row.map((value) => [value]));
const FIGURE: ConvolutionShape = { input: [3, 4, 1], kernel: [2, 2] };

describe('the example of section 15.5.3', () => {
  const B = transpose(im2row(X, [2, 2]));

  it('has the matrix B', () => {
    expect(B).toEqual([
      [1, 4, 2, 5, 3, 6],
      [4, 7, 5, 8, 6, 9],
      [2, 5, 3, 6, 1, 1],
      [5, 8, 6, 9, 1, 1],
    ]);
  });

  it('has the product (15.20), which folded is the convolution (15.19)', () => {
    const product = multiplyMatrices(transpose(B), column([1, 1, 1, 1]));
    expect(product).toEqual(column([12, 24, 16, 28, 11, 17]));
    const convolution = [
      [12, 16, 11],
      [24, 28, 17],
    ];
    expect(foldMatrix(product.flat(), 2, 3)).toEqual(convolution);
    expect(
      correlate2(
        A,
        [
          [1, 1],
          [1, 1],
        ],
        'valid',
      ),
    ).toEqual(convolution);
  });

  // Figure 15.5 counts p and q from 1, where the chapter counts from 0 elsewhere: the element 5 is in the windows p = 1, 2, 3, 4,
  // and is the third element of the window p = 2, so q = 3.
  it('has the element 5 in four windows (figure 15.5)', () => {
    const places = findPlaces([1, 1, 0], FIGURE);
    expect(places.map(([p, q]) => im2row(X, [2, 2])[p]![q])).toEqual([5, 5, 5, 5]);
    expect(places.map(([p, q]) => [p + 1, q + 1]).sort(([a], [b]) => a! - b!)).toEqual([
      [1, 4],
      [2, 3],
      [3, 2],
      [4, 1],
    ]);
  });
});

const SHAPES: readonly ConvolutionShape[] = [
  FIGURE,
  { input: [4, 3, 2], kernel: [2, 3] },
  { input: [3, 3, 3], kernel: [3, 3] },
  { input: [2, 5, 2], kernel: [1, 2] },
  // Beyond the chapter: strides and padding.
  { input: [5, 4, 2], kernel: [3, 2], stride: [2, 1], padding: [1, 0, 0, 1] },
  { input: [4, 4, 1], kernel: [2, 2], stride: 3, padding: 1 },
];

describe.each(SHAPES)('phi of %j', (shape) => {
  const { tensor, matrix, kernels } = makeRandomIntegers(20 + shape.input[1]);
  const { input, kernel, ...steps } = shape;
  const { height, width, rows, columns } = measurePhi(shape);
  const filters = 3;
  const x = tensor(...input);
  const f = kernels(...kernel, input[2], filters);
  const F = kernelsToMatrix(f);
  const phi = im2row(x, kernel, steps);
  const dY = matrix(rows, filters);

  it('has a row for each window and a column for each element of a kernel', () => {
    expect([phi.length, phi[0]!.length]).toEqual([rows, columns]);
    expect(rows).toBe(height * width);
    expect(columns).toBe(kernel[0] * kernel[1] * input[2]);
  });

  it('gives the output: vec(y) = vec(phi(x) F) (15.25)', () => {
    const Y = multiplyMatrices(phi, F);
    if (shape.stride === undefined) {
      const channels = splitChannels(x);
      const maps = splitChannels(matrixToTensor(Y, height, width));
      maps.forEach((map, d) => {
        const sum = addMatrices(
          channels.map((channel, c) =>
            correlate2(
              channel,
              f.map((row) => row.map((pixel) => pixel[c]![d]!)),
              'valid',
            ),
          ),
        );
        expect(plain(map)).toEqual(plain(sum));
      });
    }
    expect(tensorToMatrix(matrixToTensor(Y, height, width))).toEqual(Y);
  });

  it('as Kronecker products: (I ⊗ phi) vec(F) (15.29) and (Fᵀ ⊗ I) vec(phi) (15.30)', () => {
    const y = vec(multiplyMatrices(phi, F)).map((value) => value + 0);
    expect(plain(multiplyMatrices(kronecker(makeIdentity(filters), phi), column(vec(F))))).toEqual(y);
    expect(plain(multiplyMatrices(kronecker(transpose(F), makeIdentity(rows)), column(vec(phi))))).toEqual(y);
  });

  it("gives the kernels' gradient: vec(dF) = (I ⊗ phi)ᵀ vec(dY) = vec(phiᵀ dY) (15.34 to 15.38)", () => {
    const long = multiplyMatrices(transpose(kronecker(makeIdentity(filters), phi)), column(vec(dY)));
    expect(plain(long)).toEqual(vec(multiplyMatrices(transpose(phi), dY)).map((value) => value + 0));
  });

  it('is M vec(x), each row of M having one 1, or none for padding (15.39, 15.40)', () => {
    const m = makeIndicator(shape);
    expect([m.length, m[0]!.length]).toEqual([rows * columns, input[0] * input[1] * input[2]]);
    expect(multiplyMatrices(m, column(vec(x))).flat()).toEqual(vec(phi));
    const counts = m.map((row) => row.reduce((sum, value) => sum + value, 0));
    expect(m.flat().every((value) => value === 0 || value === 1)).toBe(true);
    expect(counts.every((count) => count === 1)).toBe(shape.padding === undefined);
    expect(Math.max(...counts)).toBe(1);
  });

  it("gives the input's gradient: Mᵀ vec(dY Fᵀ) (15.48), and the sums over m⁻¹ (15.49), which is row2im", () => {
    const product = multiplyMatrices(dY, transpose(F));
    const dx = row2im(product, shape);
    expect(plain(multiplyMatrices(transpose(makeIndicator(shape)), column(vec(product))))).toEqual(
      vec(dx).map((value) => value + 0),
    );
    const sums = makeTensor(...input, (i, j, d) =>
      findPlaces([i, j, d], shape).reduce((sum, [p, q]) => sum + product[p]![q]!, 0),
    );
    expect(vec(dx).map((value) => value + 0)).toEqual(vec(sums).map((value) => value + 0));
  });

  it('as one product with the chain rule: dyᵀ (Fᵀ ⊗ I) M (15.42)', () => {
    const dy = [vec(dY)];
    const chain = multiplyMatrices(
      multiplyMatrices(dy, kronecker(transpose(F), makeIdentity(rows))),
      makeIndicator(shape),
    );
    expect(plain(chain)).toEqual(
      vec(row2im(multiplyMatrices(dY, transpose(F)), shape)).map((value) => value + 0),
    );
  });

  it('has at most H·W copies of an element', () => {
    for (let i = 0; i < input[0]; i++) {
      for (let j = 0; j < input[1]; j++) {
        expect(findPlaces([i, j, 0], shape).length).toBeLessThanOrEqual(kernel[0] * kernel[1]);
      }
    }
  });

  it('has its kernels as columns of F, and back', () => {
    expect(matrixToKernels(F, [...kernel, input[2]])).toEqual(f);
  });
});

describe('equations 15.21 to 15.24', () => {
  it.each(SHAPES.filter(({ stride }) => stride === undefined))('on %j', (shape) => {
    const [inputHeight, inputWidth] = shape.input;
    const [H, W] = shape.kernel;
    for (let i1 = 0; i1 < inputHeight - H + 1; i1++) {
      for (let j1 = 0; j1 < inputWidth - W + 1; j1++) {
        for (let i = 0; i < H; i++) {
          for (let j = 0; j < W; j++) {
            for (let d = 0; d < shape.input[2]; d++) {
              const p = i1 + (inputHeight - H + 1) * j1;
              const q = i + H * j + H * W * d;
              expect(mapElement(p, q, shape)).toEqual([i1 + i, j1 + j, d]);
            }
          }
        }
      }
    }
  });

  it('refuse a kernel that is larger than the padded input', () => {
    const shape: ConvolutionShape = { input: [3, 3, 1], kernel: [5, 2], padding: [1, 0, 0, 0] };
    expect(() => makeIndicator(shape)).toThrow(UserError);
    expect(() => makeIndicator(shape)).toThrow(
      'expected a kernel of at most 4×3 (the padded input), found 5×2',
    );
  });
});

/*
 * Ours: n×h×w×c images and H×W×cIn×cOut kernels, row by row, so that phi's columns run over channels first, then over the kernel's
 * columns, then over its rows; and its rows over the output's columns first. The chapter's run the other way round. The
 * products are the same sums with rows and columns exchanged; test/mathematics/random-convolutions.test.ts holds both equal.
 */
describe("the kernels' order of elements", () => {
  it('is the chapter’s with the indices the other way round', () => {
    const { kernels } = makeRandomIntegers(30);
    const [H, W, D, filters] = [2, 3, 4, 5];
    const f = kernels(H, W, D, filters);
    const ours = f.flat(3) as unknown as number[];
    kernelsToMatrix(f).forEach((row, q) => {
      const [i, j, d] = [q % H, Math.floor(q / H) % W, Math.floor(q / (H * W))];
      row.forEach((value, k) => {
        expect(ours[((i * W + j) * D + d) * filters + k]).toBe(value);
      });
    });
  });
});
