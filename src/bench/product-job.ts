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
  const scratch = allocateFloats(kernels.matmulScratchFloats(k));
  const panels = panelCount(n);
  return () => {
    kernels.pack(k, n, b, packed, 0, panels);
    kernels.matmul(m, n, k, a, packed, null, c, scratch, 0, panels);
  };
}
