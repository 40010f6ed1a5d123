import { packedFloats, panelCount } from '../kernels/interface/products.js';
import type { Kernels } from '../kernels/kernels.js';
import { allocateFloats, drawFloats } from './floats.js';

/** C = A B, m×k by k×n: packing of B included, as in a BLAS. */
export interface ProductJob {
  readonly kind: 'product';
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

export function bindProduct({ m, n, k }: ProductJob, kernels: Kernels): () => void {
  const a = drawFloats(m * k);
  const b = drawFloats(k * n);
  const packed = allocateFloats(packedFloats(k, n));
  const c = allocateFloats(m * n);
  const pack = kernels.bindPack({ rows: k, columns: n, b, packed });
  const multiply = kernels.bindMatmul({ n, k, a, packed, bias: null, c });
  const panels = panelCount(n);
  return () => {
    pack(0, panels);
    multiply(m, 0, panels);
  };
}
