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
  const probes = findProbes(kernels)!;
  const [a, b, c] = [drawFloats(floats), drawFloats(floats), drawFloats(floats)];
  return () => probes.probeStream(a, b, c, 0, floats);
}
