/** The kernel sets that give equal bits: they sum in one order with fused multiply-add. */
export const FUSED: readonly string[] = ['avx512', 'avx2', 'neon'];

/** Two kernel sets of one arithmetic give equal bits: `fused`, or the set's own name. */
export function arithmeticOf(kernels: string): string {
  return FUSED.includes(kernels) ? 'fused' : kernels;
}
