import type { Kernels } from '../kernels/kernels.js';

/** What native kernel sets have beside the arithmetic of layers: the limits of the machine. See native/kernels/probe.inl.h. */
export interface Probes {
  /**
   * Runs chains of `rounds` fused multiply-adds in registers.
   *
   * @param ends at least PROBE_FLOATS long: the chains' first values, overwritten by their last
   * @returns how many floating-point operations that were
   */
  probePeak(rounds: number, ends: Float32Array): number;
  /** a = b + 3c, elements [first, first + count). */
  probeStream(a: Float32Array, b: Float32Array, c: Float32Array, first: number, count: number): void;
}

export const PROBE_FLOATS = 512;

/** The probes of a kernel set; null for the reference, which has none. */
export function findProbes(kernels: Kernels): Probes | null {
  return 'probePeak' in kernels ? (kernels as Kernels & Probes) : null;
}
