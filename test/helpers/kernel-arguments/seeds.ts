import { PROBE_FLOATS } from '../../../src/kernels/constants.js';
import type { Kernels } from '../../../src/kernels/kernels.js';
import { findProbes } from '../../../src/kernels/probes.js';
import { referenceKernels } from '../../../src/kernels/reference/reference.js';
import { groupByMethod } from '../kernel-suite/all-cases.js';
import { callMethod, type KernelCase, type NumberArray } from '../kernel-suite/kernel-case.js';
import { KernelMemory, type Role } from '../kernel-suite/kernel-memory.js';
import { recordCalls } from './record-calls.js';

/** An array of a right call, as it is before the call. */
export interface SeedArray {
  readonly field: string;
  readonly role: Role;
  /** Of a sum that the kernel makes. */
  readonly tolerance: number;
  readonly values: NumberArray;
  /** What the reference has in its place: packed matrices are each implementation's own. */
  readonly referenceValues: NumberArray;
  /** Whether its contents are the implementation's own affair, and mean nothing for other sizes. */
  readonly isPrivate: boolean;
}

/** A right call, from which hostile ones are made. */
export interface Seed {
  readonly method: string;
  /** All fields of the descriptor but the arrays. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly arrays: readonly SeedArray[];
  readonly numbers: readonly number[];
}

/** Larger calls take too long to be made a thousand times. */
const MOST_ELEMENTS = 8_000;
/** Of one method, cases that are looked at for calls. */
const MOST_CASES = 24;
/** Right calls of one method, spread over the kernel suite. */
export const MOST_SEEDS = 12;

/** Right calls of every method of a native set: those that the kernel suite makes, packing included, and the probes'. */
export function collectSeeds(kernels: Kernels): Map<string, Seed[]> {
  const cases = [...groupByMethod().values()].flatMap((all) => spread(all, MOST_CASES));
  const seeds = new Map<string, Seed[]>();
  for (const seed of [...cases.flatMap((one) => readCase(one, kernels)), ...listProbeSeeds(kernels)]) {
    seeds.set(seed.method, [...(seeds.get(seed.method) ?? []), seed]);
  }
  return new Map([...seeds].map(([method, all]) => [method, spread(all, MOST_SEEDS)]));
}

/** At most so many of a list, from all over it. */
function spread<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(most, all.length) }, (_, i) => all[Math.floor(i * step)]!);
}

/** The calls of a case; none if it is a large one. */
function readCase(kernelCase: KernelCase, kernels: Kernels): Seed[] {
  try {
    const reference = recordCase(kernelCase, referenceKernels);
    return recordCase(kernelCase, kernels).map((call, c) => ({
      ...call,
      arrays: call.arrays.map((array, i) => {
        const referenceValues = reference[c]!.arrays[i]!.values;
        const isPrivate =
          array.role === 'private' || array.values.some((value, e) => !Object.is(value, referenceValues[e]));
        return { ...array, referenceValues, isPrivate };
      }),
    }));
  } catch (error) {
    if (error instanceof TooLarge) return [];
    throw error;
  }
}

class TooLarge extends Error {}

/** Memory for small cases. */
class SmallMemory extends KernelMemory {
  override uniform(length: number, low?: number, high?: number): Float32Array {
    if (length > MOST_ELEMENTS) throw new TooLarge();
    return super.uniform(length, low, high);
  }

  override integers(length: number, low: number, high: number): Float32Array {
    if (length > MOST_ELEMENTS) throw new TooLarge();
    return super.integers(length, low, high);
  }
}

/** The calls of a case, each with its arrays as they are before it. */
function recordCase(kernelCase: KernelCase, kernels: Kernels) {
  const memory = new SmallMemory();
  const calls: (Omit<Seed, 'arrays'> & {
    readonly arrays: readonly Omit<SeedArray, 'referenceValues' | 'isPrivate'>[];
  })[] = [];
  const recording = recordCalls(kernels, ({ method, descriptor, numbers }) => {
    const fields = Object.entries(descriptor);
    const isArray = ([, value]: [string, unknown]) => ArrayBuffer.isView(value);
    const arrays = fields.filter(isArray).map(([field, value]) => {
      const array = value as NumberArray;
      const { role, tolerance } = memory.roleOf(array);
      return { field, role, tolerance, values: array.slice() };
    });
    const rest = Object.fromEntries(fields.filter((field) => !isArray(field)));
    calls.push({ method, rest, arrays, numbers });
  });
  for (const args of kernelCase.prepare(memory, recording)) callMethod(recording, kernelCase.method, args);
  return calls;
}

/** Of what native sets have beside the arithmetic of layers. */
function listProbeSeeds(kernels: Kernels): Seed[] {
  if (findProbes(kernels) === null) return [];
  const array = (field: string, role: Role, length: number): SeedArray => {
    const values = Float32Array.from({ length }, (_, i) => 1 / (1 + i));
    return { field, role, tolerance: 1e-5, values, referenceValues: values, isPrivate: false };
  };
  const words = Int32Array.of(41, 0, 2, 3);
  return [
    { method: 'bindProbePeak', rest: {}, arrays: [array('ends', 'output', PROBE_FLOATS)], numbers: [3] },
    {
      method: 'bindProbeStream',
      rest: {},
      arrays: [array('a', 'output', 37), array('b', 'input', 37), array('c', 'input', 37)],
      numbers: [2, 33],
    },
    {
      method: 'bindBeat',
      rest: {},
      arrays: [{ ...array('words', 'output', 4), values: words, referenceValues: words }],
      numbers: [7],
    },
  ];
}
