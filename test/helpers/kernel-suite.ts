import { describe, expect, it } from 'vitest';
import { FUSED } from '../../src/kernels/arithmetic.js';
import type { Kernels } from '../../src/kernels/kernels.js';
import { findProbes } from '../../src/kernels/probes.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { loadKernels } from '../../src/kernels/select.js';
import { groupByMethod } from './kernel-suite/all-cases.js';
import {
  type ArrayField,
  type CaseRun,
  callMethod,
  compareRuns,
  type KernelCase,
  type KernelMethod,
  listArrays,
  runCase,
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

/**
 * Holds native kernel sets, given by their names, against the reference, method by method, and those with fused multiply-add against each other to
 * the bit, so that a run does not depend on the machine. Each must also refuse wrong arguments.
 */
export function describeKernels(names: readonly string[]): void {
  describe.each([...groupByMethod()])('%s', (method, cases) => {
    // One test for all sets: the reference, which takes as long as they do together, computes each case once.
    for (const kernelCase of cases)
      it(kernelCase.title, () => expect(listMismatches(kernelCase, names)).toEqual([]));
    describe.each(names)('on %s', (name) => describeArgumentErrors(loadKernels(name), method, cases));
  });
}

/** What is wrong with a case, on which sets. */
function listMismatches(kernelCase: KernelCase, names: readonly string[]): string[] {
  const expected = runCase(kernelCase, referenceKernels);
  const mismatches: string[] = [];
  let fused: CaseRun | null = null;
  for (const name of names) {
    // A set of its own, whose scratch is as long as this case needs.
    const kernels = loadKernels(name);
    const actual = runCase(kernelCase, kernels);
    const check = (what: string, found: string | null) => {
      if (found !== null) mismatches.push(`${name}, ${what}: ${found}`);
    };
    check('beside the reference', compareRuns(actual, expected));
    check('scratch', findProbes(kernels)!.scratchIsIntact() ? null : 'what lies around it is changed');
    if (!FUSED.includes(name)) continue;
    if (fused) check('beside another fused set', compareRuns(actual, fused, true));
    fused ??= actual;
  }
  return mismatches;
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
