import { PROBE_FLOATS } from './constants.js';
import type { Kernels } from './kernels.js';

/** What native kernel sets have beside the arithmetic of layers: the limits of the machine. See native/kernels/probe.inl.h. */
export interface Probes {
  /**
   * Runs chains of `rounds` fused multiply-adds in registers.
   *
   * @param ends at least PROBE_FLOATS long: the chains' first values, overwritten by their last
   * @returns how many floating-point operations that were
   */
  probePeak(rounds: number, ends: Float32Array): number;
  /** Whether nothing has been written around the scratch that this set's kernels share: the kernel suite asks. */
  scratchIsIntact(): boolean;
  /** a = b + 3c, elements [first, first + count). */
  probeStream(a: Float32Array, b: Float32Array, c: Float32Array, first: number, count: number): void;
}

/** About a millisecond of probePeak, beside which a call is nothing. */
export const PEAK_ROUNDS = 200_000;

/** The probes of a kernel set; null for the reference, which has none. */
export function findProbes(kernels: Kernels): Probes | null {
  return 'probePeak' in kernels ? (kernels as Kernels & Probes) : null;
}

/**
 * The fused multiply-add peak of this thread's core, in GFLOP/s: the best of as many short rounds as fit into the time; null for a set
 * without probes.
 */
export function measurePeakGflops(kernels: Kernels, milliseconds: number): number | null {
  const probes = findProbes(kernels);
  if (!probes) return null;
  const ends = new Float32Array(PROBE_FLOATS);
  const end = performance.now() + milliseconds;
  let best = 0;
  for (let start = performance.now(); start < end; ) {
    const flops = probes.probePeak(PEAK_ROUNDS, ends);
    const now = performance.now();
    best = Math.max(best, flops / 1e6 / (now - start));
    start = now;
  }
  return best;
}
