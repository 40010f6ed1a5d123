import type { ActivationKernel } from '../../../src/kernels/interface/activations.js';
import type { Kernels } from '../../../src/kernels/kernels.js';
import { KernelMemory } from './kernel-memory.js';

/** Functions of single elements, by their places in a kernel set. */
export type ForwardMethod = `activations.${string}.bindForward`;
export type BackwardMethod = `activations.${string}.bindBackward`;

/** The methods that do arithmetic on arrays; packing is tried through the products that read what it packed. */
export type KernelMethod =
  | Exclude<
      keyof Kernels,
      | 'name'
      | 'activations'
      | 'bindPack'
      | 'bindPackTransposed'
      | 'bindWinogradKernel'
      | 'bindWinogradKernelProducts'
    >
  | ForwardMethod
  | BackwardMethod;

type MethodOf<M extends KernelMethod> = M extends keyof Kernels
  ? Kernels[M]
  : M extends ForwardMethod
    ? ActivationKernel['bindForward']
    : ActivationKernel['bindBackward'];

/** What a case gives for one call: the descriptor, and the numbers of the run. */
type CallOf<M extends KernelMethod> =
  MethodOf<M> extends (descriptor: infer D) => (...numbers: infer Numbers) => unknown
    ? readonly [descriptor: D, ...numbers: Numbers]
    : never;

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
  prepare: (memory: KernelMemory, kernels: Kernels) => readonly CallOf<M>[],
  options: { tight?: boolean } = {},
): KernelCase {
  return { method, title, prepare, tight: options.tight ?? false };
}

/** What a run of a case leaves behind: the memory that it wrote, and what its calls returned. */
export interface CaseRun {
  readonly memory: KernelMemory;
  readonly returned: readonly unknown[];
}

export function runCase(kernelCase: KernelCase, kernels: Kernels): CaseRun {
  const memory = new KernelMemory();
  const calls = kernelCase.prepare(memory, kernels);
  return { memory, returned: calls.map((args) => callMethod(kernels, kernelCase.method, args)) };
}

/**
 * Says what differs first between two runs of a case, or null.
 *
 * @param exact asks for the same bits instead of closeness
 */
export function compareRuns(actual: CaseRun, expected: CaseRun, exact = false): string | null {
  const difference = actual.memory.findDifference(expected.memory, exact);
  if (difference !== null) return difference;
  const same = actual.returned.every((value, i) => value === expected.returned[i]);
  return same ? null : `returned ${actual.returned}, expected ${expected.returned}`;
}

type Method = (...args: readonly unknown[]) => unknown;

/** Binds a kernel and runs it once. */
export function callMethod(kernels: Kernels, method: KernelMethod, args: readonly unknown[]): unknown {
  const bind = method
    .split('.')
    .reduce((at: unknown, name) => (at as Record<string, unknown>)[name], kernels) as Method;
  const [descriptor, ...numbers] = args;
  return (bind(descriptor) as Method)(...numbers);
}

/** A kernel set whose method does something else. */
export function replaceMethod(kernels: Kernels, method: KernelMethod, call: Method): Kernels {
  const bind =
    (descriptor: unknown) =>
    (...numbers: readonly unknown[]) =>
      call(descriptor, ...numbers);
  const put = (object: unknown, [name, ...rest]: readonly string[]): unknown => ({
    ...(object as object),
    [name!]: rest.length === 0 ? bind : put((object as Record<string, unknown>)[name!], rest),
  });
  return put(kernels, method.split('.')) as Kernels;
}

export type NumberArray = Float32Array | Int32Array | Uint16Array | Uint8Array;

/** An array of a call's descriptor, and the call with another in its place. */
export interface ArrayField {
  readonly field: string;
  readonly array: NumberArray;
  replace(value: unknown): readonly unknown[];
}

/** The arrays of a call's descriptor. */
export function listArrays(args: readonly unknown[]): ArrayField[] {
  const descriptor = args[0] as object;
  return Object.entries(descriptor).flatMap(([field, array]) => {
    if (!ArrayBuffer.isView(array)) return [];
    const replace = (value: unknown) => args.with(0, { ...descriptor, [field]: value });
    return [{ field, array: array as NumberArray, replace }];
  });
}
