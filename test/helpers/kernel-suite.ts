import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../src/kernels/kernels.js';
import { findProbes } from '../../src/kernels/probes.js';
import { loadKernels } from '../../src/kernels/select.js';
import { groupByMethod } from './kernel-suite/all-cases.js';
import {
  type ArrayField,
  callMethod,
  findMismatch,
  type KernelCase,
  type KernelMethod,
  listArrays,
} from './kernel-suite/kernel-case.js';
import { KernelMemory } from './kernel-suite/kernel-memory.js';

/** Arrays whose length does not follow from the other fields: how many pixels are needed depends on the greatest sample id. */
const UNBOUNDED = new Set([
  'bindAssembleImages pixels',
  'bindAssembleLanes pixels',
  'bindAssembleAugmentedImages pixels',
  'bindAssembleAugmentedLanes pixels',
  'bindSumPixels pixels',
]);

/** What an array of a bound call is too short for: the sizes, or the range that is run. */
const TOO_SHORT = /expected at least \d+ elements|within the arrays that were bound/;

/** Holds a kernel set against the reference, method by method; a native set must also refuse wrong arguments. */
export function describeKernels(kernels: Kernels): void {
  describe(`kernels: ${kernels.name}`, () => {
    for (const [method, cases] of groupByMethod()) {
      describe(method, () => {
        for (const kernelCase of cases) {
          it(kernelCase.title, () => {
            // A set of its own, whose scratch is as long as this case needs.
            const own = loadKernels(kernels.name);
            expect(findMismatch(kernelCase, own)).toBeNull();
            expect(findProbes(own)?.scratchIsIntact() ?? true, 'what lies around the scratch').toBe(true);
          });
        }
        if (kernels.name !== 'reference') describeArgumentErrors(kernels, method, cases);
      });
    }
  });
}

/** Two native sets that use fused multiply-add must agree to the bit, so that a run does not depend on the machine. */
export function describeBitAgreement(kernels: Kernels, other: Kernels): void {
  describe(`kernels: ${kernels.name} agrees with ${other.name} to the bit`, () => {
    for (const [method, cases] of groupByMethod()) {
      describe(method, () => {
        for (const kernelCase of cases) {
          it(kernelCase.title, () => expect(findMismatch(kernelCase, kernels, other, true)).toBeNull());
        }
      });
    }
  });
}

function describeArgumentErrors(kernels: Kernels, method: KernelMethod, cases: readonly KernelCase[]): void {
  const tight = cases.find((kernelCase) => kernelCase.tight);
  it('refuses arrays of another type', () => {
    for (const { field, array, replace } of prepareArrays(kernels, tight!)) {
      for (const wrong of [
        new Float64Array(array.length),
        new Int8Array(array.length),
        [...array],
        undefined,
      ]) {
        expect(() => callMethod(kernels, method, replace(wrong)), field).toThrow(TypeError);
      }
    }
  });
  it('refuses arrays that are too short', () => {
    for (const { field, array, replace } of prepareArrays(kernels, tight!)) {
      if (array.length === 0 || UNBOUNDED.has(`${method} ${field}`)) continue;
      const short = array.subarray(0, array.length - 1);
      expect(() => callMethod(kernels, method, replace(short)), field).toThrow(TOO_SHORT);
    }
  });
}

/** The arrays of a case's first call. */
function prepareArrays(kernels: Kernels, kernelCase: KernelCase): ArrayField[] {
  return listArrays(kernelCase.prepare(new KernelMemory(), kernels)[0]!);
}
