import type { Kernels } from '../../../src/kernels/kernels.js';
import { referenceKernels } from '../../../src/kernels/reference/reference.js';
import { KernelMemory } from './kernel-memory.js';

/** The methods that do arithmetic on arrays; packing is tried through the products that read what it packed. */
export type KernelMethod = Exclude<
  keyof Kernels,
  | 'name'
  | 'convolutionScratchFloats'
  | 'matmulScratchFloats'
  | 'channelScratchFloats'
  | 'pack'
  | 'packTransposed'
  | 'winogradScratchFloats'
  | 'winogradKernel'
  | 'winogradKernelProducts'
>;

/** One or more calls of one method, and the memory that they read and write. */
export interface KernelCase {
  readonly method: KernelMethod;
  readonly title: string;
  /** True if every array is exactly as long as the calls need, so that a shorter one must be refused. */
  readonly tight: boolean;
  /** Fills the memory and returns the arguments of each call. `kernels` serves for packing and for sizes of scratch. */
  prepare(memory: KernelMemory, kernels: Kernels): readonly (readonly unknown[])[];
}

/** A case whose arguments are checked against the method's. */
export function makeCase<M extends KernelMethod>(
  method: M,
  title: string,
  prepare: (memory: KernelMemory, kernels: Kernels) => readonly Parameters<Kernels[M]>[],
  options: { tight?: boolean } = {},
): KernelCase {
  return { method, title, prepare, tight: options.tight ?? false };
}

/**
 * Runs a case on `kernels` and on `oracle` and says what differs first, or null.
 *
 * @param exact asks for the same bits instead of closeness
 */
export function findMismatch(
  kernelCase: KernelCase,
  kernels: Kernels,
  oracle: Kernels = referenceKernels,
  exact = false,
): string | null {
  const expected = runCase(kernelCase, oracle);
  const actual = runCase(kernelCase, kernels);
  const difference = actual.memory.findDifference(expected.memory, exact);
  if (difference !== null) return difference;
  const same = actual.returned.every((value, i) => value === expected.returned[i]);
  return same ? null : `returned ${actual.returned}, expected ${expected.returned}`;
}

/** Runs a case and returns the memory that it wrote and what its calls returned. */
export function runCase(
  kernelCase: KernelCase,
  kernels: Kernels,
): { memory: KernelMemory; returned: unknown[] } {
  const memory = new KernelMemory();
  const calls = kernelCase.prepare(memory, kernels);
  return { memory, returned: calls.map((args) => callMethod(kernels, kernelCase.method, args)) };
}

export function callMethod(kernels: Kernels, method: KernelMethod, args: readonly unknown[]): unknown {
  return (kernels[method] as (...args: readonly unknown[]) => unknown).call(kernels, ...args);
}
