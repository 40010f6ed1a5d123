import { PROBE_FLOATS } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';
import { findProbes } from '../kernels/probes.js';
import { drawFloats } from './floats.js';

/** Fused multiply-adds in registers: as much arithmetic as there can be. */
export interface PeakJob {
  readonly kind: 'peak';
  readonly rounds: number;
}

export function bindPeak({ rounds }: PeakJob, kernels: Kernels): () => void {
  const probe = findProbes(kernels)!.bindProbePeak({ ends: drawFloats(PROBE_FLOATS) });
  return () => probe(rounds);
}
