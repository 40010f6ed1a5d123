import { describe, expect, it } from 'vitest';
import {
  kronecker,
  makeIdentity,
  multiplyElements,
  multiplyMatrices,
  transpose,
} from '../../src/mathematics/matrix.js';
import { foldMatrix, foldTensor, vec } from '../../src/mathematics/vec.js';
import { makeRandomIntegers } from '../helpers/random-tensors.js';

const column = (vector: readonly number[]) => vector.map((value) => [value]);

// Chapter 15.1.1.
describe('vec', () => {
  it('takes a matrix column by column (15.1)', () => {
    expect(
      vec([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([1, 3, 2, 4]);
  });

  it('takes a tensor channel by channel, and kernels one by one', () => {
    const { tensor, kernels } = makeRandomIntegers(1);
    const x = tensor(2, 3, 4);
    const f = kernels(2, 3, 4, 5);
    x.forEach((row, i) => {
      row.forEach((pixel, j) => {
        pixel.forEach((value, d) => {
          expect(vec(x)[i + 2 * j + 6 * d]).toBe(value);
          f[i]![j]![d]!.forEach((weight, k) => {
            expect(vec(f)[i + 2 * j + 6 * d + 24 * k]).toBe(weight);
          });
        });
      });
    });
  });

  it('is undone by folding', () => {
    const { matrix, tensor } = makeRandomIntegers(2);
    const [a, x] = [matrix(3, 4), tensor(2, 3, 4)];
    expect(foldMatrix(vec(a), 3, 4)).toEqual(a);
    expect(foldTensor(vec(x), 2, 3, 4)).toEqual(x);
    expect(() => foldMatrix([1, 2, 3], 2, 2)).toThrow('expected a vector of 4 elements for 2×2, found 3');
    expect(() => foldTensor([1], 1, 2, 1)).toThrow('expected a vector of 2 elements for 1×2×1, found 1');
  });
});

// Chapter 15.5.4.
describe('the Kronecker product', () => {
  const { between, matrix } = makeRandomIntegers(3);
  const sizes = Array.from({ length: 6 }, () => Array.from({ length: 4 }, () => between(1, 4)));

  it('has a block for each element of the first (15.26)', () => {
    const product = kronecker(
      [
        [1, 2],
        [0, -1],
      ],
      [[1, 2, 3]],
    );
    expect(product.map((row) => row.map((value) => value + 0))).toEqual([
      [1, 2, 3, 2, 4, 6],
      [0, 0, 0, -1, -2, -3],
    ]);
  });

  it.each(sizes)('is transposed factor by factor (15.27): %i×%i, %i×%i', (m, n, p, q) => {
    const [a, b] = [matrix(m!, n!), matrix(p!, q!)];
    expect(transpose(kronecker(a, b))).toEqual(kronecker(transpose(a), transpose(b)));
  });

  it.each(sizes)('vec(A X B) = (Bᵀ ⊗ A) vec(X) (15.28): %i×%i times %i×%i', (m, n, p, q) => {
    const [a, x, b] = [matrix(m!, n!), matrix(n!, p!), matrix(p!, q!)];
    const right = multiplyMatrices(kronecker(transpose(b), a), column(vec(x)));
    expect(vec(multiplyMatrices(multiplyMatrices(a, x), b))).toEqual(right.flat());
  });
});

describe('products', () => {
  it('need sizes that fit', () => {
    expect(() => multiplyMatrices([[1, 2]], [[1, 2]])).toThrow(
      'multiplyMatrices: expected a second matrix with 2 rows, as many as the first has columns, found 1×2',
    );
    expect(() => multiplyElements([[1]], [[1, 2]])).toThrow('two matrices of one size, found 1×1 and 1×2');
  });

  it('leave a matrix alone with the identity', () => {
    const { matrix } = makeRandomIntegers(4);
    const a = matrix(3, 5);
    expect(multiplyMatrices(makeIdentity(3), a)).toEqual(a);
    expect(multiplyMatrices(a, makeIdentity(5))).toEqual(a);
  });
});
