import { describe, expect, it } from 'vitest';
import { findEigenvectors } from '../../src/core/eigenvectors.js';
import { finish } from '../../src/core/pieces.js';
import { RandomStream } from '../../src/core/rng.js';

/** A + Aᵀ of normal numbers. */
function drawSymmetric(n: number, seed: number): Float64Array {
  const stream = new RandomStream([seed, 5]);
  const a = Float64Array.from({ length: n * n }, () => stream.nextNormal());
  return a.map((x, i) => x + a[(i % n) * n + Math.floor(i / n)]!);
}

describe('eigenvectors', () => {
  it.each([1, 2, 3, 12, 27])('of a symmetric matrix of %i rows rebuild it', (n) => {
    const matrix = drawSymmetric(n, n);
    const before = matrix.slice();
    const { eigenvalues, eigenvectors } = finish(findEigenvectors(matrix, n));
    expect(matrix).toEqual(before);
    const vectors = Array.from({ length: n }, (_, i) => eigenvectors.subarray(i * n, (i + 1) * n));
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        expect(dot(vectors[i]!, vectors[j]!)).toBeCloseTo(i === j ? 1 : 0, 13);
        const rebuilt = vectors.reduce((sum, v, k) => sum + eigenvalues[k]! * v[i]! * v[j]!, 0);
        expect(rebuilt).toBeCloseTo(matrix[i * n + j]!, 12);
      }
    }
    expect([...eigenvalues]).toEqual([...eigenvalues].sort((a, b) => b - a));
  });

  it('have their greatest element positive', () => {
    const { eigenvalues, eigenvectors } = finish(findEigenvectors(Float64Array.of(0, -3, -3, 0), 2));
    expect([...eigenvalues].map(Math.round)).toEqual([3, -3]);
    const r = Math.SQRT1_2;
    for (const [i, x] of [r, -r, r, r].entries()) expect(eigenvectors[i]).toBeCloseTo(x, 14);
  });

  it('are the axes of a diagonal matrix, those of equal eigenvalues in order', () => {
    const { eigenvalues, eigenvectors } = finish(
      findEigenvectors(Float64Array.of(2, 0, 0, 0, 5, 0, 0, 0, 2), 3),
    );
    expect([...eigenvalues]).toEqual([5, 2, 2]);
    expect([...eigenvectors]).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1]);
  });

  it('are found where eigenvalues are far apart', () => {
    // The Hilbert matrix of 6 rows: from 1.6 down to 1.1e-7 (Golub and Van Loan).
    const hilbert = Float64Array.from({ length: 36 }, (_, i) => 1 / (Math.floor(i / 6) + (i % 6) + 1));
    const { eigenvalues } = finish(findEigenvectors(hilbert, 6));
    expect(eigenvalues[0]).toBeCloseTo(1.61889985892434, 12);
    expect(eigenvalues[5]! / 1.0827994845656e-7).toBeCloseTo(1, 7);
  });
});
