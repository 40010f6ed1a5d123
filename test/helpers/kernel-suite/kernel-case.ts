import type { ActivationKernel } from '../../../src/kernels/interface/activations.js';
import type { Kernels } from '../../../src/kernels/kernels.js';
import { referenceKernels } from '../../../src/kernels/reference/reference.js';
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
      | 'convolutionScratchFloats'
      | 'matmulScratchFloats'
      | 'channelScratchFloats'
      | 'pack'
      | 'packTransposed'
      | 'winogradScratchFloats'
      | 'winogradKernel'
      | 'winogradKernelProducts'
    >
  | ForwardMethod
  | BackwardMethod;

type MethodOf<M extends KernelMethod> = M extends keyof Kernels
  ? Kernels[M]
  : M extends ForwardMethod
    ? ActivationKernel['bindForward']
    : ActivationKernel['bindBackward'];

/** What a case gives for one call: of a method that binds, the descriptor and then the numbers of the run. */
type CallOf<M extends KernelMethod> =
  MethodOf<M> extends (descriptor: infer D) => (...numbers: infer Numbers) => unknown
    ? readonly [descriptor: D, ...numbers: Numbers]
    : Parameters<Extract<MethodOf<M>, (...args: never[]) => unknown>>;

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

type Method = (...args: readonly unknown[]) => unknown;

/** Whether a method makes a function of a descriptor. */
export function binds(method: KernelMethod): boolean {
  return method.split('.').at(-1)!.startsWith('bind');
}

export function callMethod(kernels: Kernels, method: KernelMethod, args: readonly unknown[]): unknown {
  const place = method
    .split('.')
    .reduce((at: unknown, name) => (at as Record<string, unknown>)[name], kernels);
  const call = place as Method;
  if (!binds(method)) return call.call(kernels, ...args);
  const [descriptor, ...numbers] = args;
  return (call(descriptor) as Method)(...numbers);
}

/** A kernel set whose method does something else. */
export function replaceMethod(kernels: Kernels, method: KernelMethod, call: Method): Kernels {
  const replacement = binds(method)
    ? (descriptor: unknown) =>
        (...numbers: readonly unknown[]) =>
          call(descriptor, ...numbers)
    : call;
  const put = (object: unknown, [name, ...rest]: readonly string[]): unknown => ({
    ...(object as object),
    [name!]: rest.length === 0 ? replacement : put((object as Record<string, unknown>)[name!], rest),
  });
  return put(kernels, method.split('.')) as Kernels;
}

export type NumberArray = Float32Array | Int32Array | Uint8Array;

/** An array among a call's arguments, its name or position, and the call with another in its place. */
export interface ArrayArgument {
  readonly where: string;
  readonly array: NumberArray;
  replace(value: unknown): readonly unknown[];
}

/** The arrays of a call: fields of the descriptor, or arguments. */
export function listArrays(method: KernelMethod, args: readonly unknown[]): ArrayArgument[] {
  if (!binds(method)) {
    return args.flatMap((array, i) =>
      ArrayBuffer.isView(array)
        ? [
            {
              where: String(i),
              array: array as NumberArray,
              replace: (value: unknown) => args.with(i, value),
            },
          ]
        : [],
    );
  }
  const descriptor = args[0] as object;
  return Object.entries(descriptor).flatMap(([where, array]) =>
    ArrayBuffer.isView(array)
      ? [
          {
            where,
            array: array as NumberArray,
            replace: (value: unknown) => args.with(0, { ...descriptor, [where]: value }),
          },
        ]
      : [],
  );
}
