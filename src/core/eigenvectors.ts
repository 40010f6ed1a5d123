import type { Pieces } from './pieces.js';

/** Rotations of every pair so many times; each such sweep squares what is left, so a dozen is plenty. */
const MAX_SWEEPS = 60;

export interface Eigenvectors {
  /** Falling. */
  readonly eigenvalues: Float64Array;
  /** One after another, each of length 1, its greatest element (the first of equals) positive. */
  readonly eigenvectors: Float64Array;
}

/**
 * The eigenvectors of a small symmetric matrix by Jacobi's rotations, row by row (Golub and Van Loan, Matrix Computations, section 8.5).
 * Only sums, products, quotients and square roots in one order, so that the result is the same everywhere. A piece for each rotation.
 *
 * @param matrix n×n, row by row; stays as it is
 */
export function* findEigenvectors(matrix: Float64Array, n: number): Pieces<Eigenvectors> {
  const a = matrix.slice();
  // Its rows become the eigenvectors.
  const v = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) rotated = rotate(a, v, n, p, q) || rotated;
      yield;
    }
    if (!rotated) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]! || i - j);
  return {
    eigenvalues: Float64Array.from(order, (i) => a[i * n + i]!),
    eigenvectors: Float64Array.from(order.flatMap((i) => [...turnPositive(v.subarray(i * n, (i + 1) * n))])),
  };
}

/**
 * Makes a[p, q] zero by turning the plane of p and q.
 *
 * @returns false if it is nothing beside the diagonal already
 */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): boolean {
  const off = a[p * n + q]!;
  const [app, aqq] = [a[p * n + p]!, a[q * n + q]!];
  if (off === 0 || Math.abs(off) <= Number.EPSILON ** 2 * (Math.abs(app) + Math.abs(aqq))) return false;
  const cotangent = (aqq - app) / (2 * off);
  const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.sqrt(cotangent * cotangent + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = cosine * kp - sine * kq;
    a[k * n + q] = sine * kp + cosine * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = cosine * pk - sine * qk;
    a[q * n + k] = sine * pk + cosine * qk;
    const [vp, vq] = [v[p * n + k]!, v[q * n + k]!];
    v[p * n + k] = cosine * vp - sine * vq;
    v[q * n + k] = sine * vp + cosine * vq;
  }
  a[p * n + q] = 0;
  a[q * n + p] = 0;
  return true;
}

/** Of a vector and its opposite the one whose greatest element is positive. */
function turnPositive(vector: Float64Array): Float64Array {
  const greatest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
  return greatest < 0 ? vector.map((x) => -x) : vector;
}
