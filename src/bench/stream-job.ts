import type { Kernels } from '../kernels/kernels.js';
import { findProbes } from '../kernels/probes.js';
import { drawFloats } from './floats.js';

/** McCalpin's triad (STREAM) over arrays that no cache holds. */
export interface StreamJob {
  readonly kind: 'stream';
  /** Of each of the three arrays. */
  readonly floats: number;
}

export function bindStream({ floats }: StreamJob, kernels: Kernels): () => void {
  const probe = findProbes(kernels)!.bindProbeStream({
    a: drawFloats(floats),
    b: drawFloats(floats),
    c: drawFloats(floats),
  });
  return () => probe(0, floats);
}
