import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../src/kernels/kernels.js';
import { groupByMethod } from './kernel-suite/all-cases.js';
import { callMethod, findMismatch, type KernelCase, type KernelMethod } from './kernel-suite/kernel-case.js';
import { KernelMemory } from './kernel-suite/kernel-memory.js';

/**
 * Arrays whose length does not follow from the other arguments, as method and position: how many pixels are needed
 * depends on the greatest sample id.
 */
const UNBOUNDED = new Set([
  'assembleImages 0',
  'assembleLanes 0',
  'assembleAugmentedImages 0',
  'assembleAugmentedLanes 0',
  'sumPixels 0',
]);

/** Holds a kernel set against the reference, method by method; a native set must also refuse wrong arguments. */
export function describeKernels(kernels: Kernels): void {
  describe(`kernels: ${kernels.name}`, () => {
    for (const [method, cases] of groupByMethod()) {
      describe(method, () => {
        for (const kernelCase of cases) {
          it(kernelCase.title, () => expect(findMismatch(kernelCase, kernels)).toBeNull());
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
    forEachArray(kernels, tight!, (args, position, array) => {
      for (const wrong of [
        new Float64Array(array.length),
        new Int8Array(array.length),
        [...array],
        undefined,
      ]) {
        expect(() => callMethod(kernels, method, args.with(position, wrong)), `argument ${position}`).toThrow(
          TypeError,
        );
      }
    });
  });
  it('refuses arrays that are too short', () => {
    forEachArray(kernels, tight!, (args, position, array) => {
      if (array.length === 0 || UNBOUNDED.has(`${method} ${position}`)) return;
      const short = array.subarray(0, array.length - 1);
      expect(() => callMethod(kernels, method, args.with(position, short)), `argument ${position}`).toThrow(
        TypeError,
      );
    });
  });
}

type NumberArray = Float32Array | Int32Array | Uint8Array;

/** Visits each array among the arguments of the case's first call. */
function forEachArray(
  kernels: Kernels,
  kernelCase: KernelCase,
  visit: (args: readonly unknown[], position: number, array: NumberArray) => void,
): void {
  const args = kernelCase.prepare(new KernelMemory(), kernels)[0]!;
  for (const [position, value] of args.entries()) {
    if (ArrayBuffer.isView(value)) visit(args, position, value as NumberArray);
  }
}
