import { PROBE_FLOATS } from './constants.js';
import type { Kernels } from './kernels.js';

/** What native kernel sets have beside the arithmetic of layers: the limits of the machine. See native/kernels/probe.inl.h. */
export interface Probes {
  /**
   * Runs chains of `rounds` fused multiply-adds in registers, and says how many floating-point operations that were. `ends` is at least
   * PROBE_FLOATS long: the chains' first values, overwritten by their last.
   */
  bindProbePeak(kernel: { readonly ends: Float32Array }): (rounds: number) => number;
  /** Whether nothing has been written around the scratch that this set's kernels share: the kernel suite asks. */
  scratchIsIntact(): boolean;
  /** a = b + 3c, elements [first, first + count). */
  bindProbeStream(kernel: {
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly c: Float32Array;
  }): (first: number, count: number) => void;
}

/** About a millisecond of the probe of the peak, beside which a call is nothing. */
export const PEAK_ROUNDS = 200_000;

/** The probes of a kernel set; null for the reference, which has none. */
export function findProbes(kernels: Kernels): Probes | null {
  return 'bindProbePeak' in kernels ? (kernels as Kernels & Probes) : null;
}

/**
 * The fused multiply-add peak of this thread's core, in GFLOP/s: the best of as many short rounds as fit into the time, and of one at least; null for
 * a set without probes.
 */
export function measurePeakGflops(kernels: Kernels, milliseconds: number): number | null {
  const probes = findProbes(kernels);
  if (!probes) return null;
  const probe = probes.bindProbePeak({ ends: new Float32Array(PROBE_FLOATS) });
  let now = performance.now();
  const end = now + milliseconds;
  let best = 0;
  do {
    const start = now;
    const flops = probe(PEAK_ROUNDS);
    now = performance.now();
    best = Math.max(best, flops / 1e6 / (now - start));
  } while (now < end);
  return best;
}
