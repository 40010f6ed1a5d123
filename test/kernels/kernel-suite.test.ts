import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../src/kernels/kernels.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { groupByMethod } from '../helpers/kernel-suite/all-cases.js';
import {
  type CaseRun,
  callMethod,
  compareRuns,
  type KernelCase,
  type KernelMethod,
  listArrays,
  type NumberArray,
  replaceMethod,
  runCase,
} from '../helpers/kernel-suite/kernel-case.js';

/** The arrays of one right call, and what the call changed in them. */
interface Call {
  readonly arrays: readonly NumberArray[];
  readonly changes: readonly { readonly array: NumberArray; readonly index: number }[];
}

/** Does something wrong after a right call; returns whether there was anything to do it to. */
type Fault = (call: Call) => boolean;

const FAULTS: Record<string, Fault> = {
  'a slightly wrong result': ({ changes }) => {
    const change = changes.findLast(({ array }) => !(array instanceof Uint16Array));
    if (change === undefined) return false;
    const value = change.array[change.index]!;
    const error = change.array instanceof Int32Array ? 1 : 0.01 * (1 + Math.abs(value));
    change.array[change.index] = Number.isFinite(value) ? value + error : 0;
    return true;
  },
  'a write before the array': ({ changes }) => changes.length > 0 && flipByte(changes.at(-1)!.array, -1),
  'a write behind the array': ({ changes }) => {
    const array = changes.at(-1)?.array;
    return array !== undefined && flipByte(array, array.byteLength);
  },
  'an input changed': ({ arrays, changes }) => {
    const input = arrays.find(
      (array) => array.length > 0 && changes.every((change) => change.array !== array),
    );
    return changes.length > 0 && input !== undefined && flipByte(input, 0);
  },
};

/** Methods without an array that they only read. */
const WITHOUT_INPUT: ReadonlySet<KernelMethod> = new Set([
  'bindAverageWeights',
  'bindClearLanes',
  'bindDrawNormal',
  'bindDrawUniform',
]);

/** Every so many cases are tried with faults, to spare time. */
const CASE_STEP = 6;

describe('the kernel suite', () => {
  describe.each([...groupByMethod()])('%s', (method, cases) => {
    const faults = Object.entries(FAULTS).filter(
      ([name]) => !WITHOUT_INPUT.has(method) || name !== 'an input changed',
    );
    it(`notices in each case ${faults.map(([name]) => name).join(', ')}`, () => {
      const found = cases
        .filter((_, i) => i % CASE_STEP === 1)
        .flatMap((kernelCase) => {
          const expected = runCase(kernelCase, referenceKernels);
          return faults.map(([name, fault]) => {
            return { title: kernelCase.title, name, outcome: tryFault(kernelCase, expected, fault) };
          });
        });
      expect(found.filter(({ outcome }) => outcome === 'missed')).toEqual([]);
      for (const [name] of faults)
        expect(found.filter((each) => each.name === name).map(({ outcome }) => outcome)).toContain('noticed');
    });
  });
  it.each(['bindSoftmaxCrossEntropy', 'bindSquaredError'] as const)(
    'notices a wrong rank in %s',
    (method) => {
      const fault: Fault = ({ changes }) => {
        const change = changes.findLast(({ array }) => array instanceof Uint16Array);
        if (change !== undefined) change.array[change.index]! += 1;
        return change !== undefined;
      };
      const kernelCase = groupByMethod().get(method)![2]!;
      expect(tryFault(kernelCase, runCase(kernelCase, referenceKernels), fault)).toBe('noticed');
    },
  );

  it('notices a wrong value that bindSgdUpdate returns', () => {
    const kernels: Kernels = {
      ...referenceKernels,
      bindSgdUpdate: (descriptor) => {
        const run = referenceKernels.bindSgdUpdate(descriptor);
        return (...numbers) => !run(...numbers);
      },
    };
    for (const kernelCase of groupByMethod().get('bindSgdUpdate')!) {
      const [actual, expected] = [runCase(kernelCase, kernels), runCase(kernelCase, referenceKernels)];
      expect(compareRuns(actual, expected), kernelCase.title).toMatch('returned');
    }
  });
});

/** Runs a case on the reference with a fault in the case's method; `expected` is what it leaves behind without. */
function tryFault(
  kernelCase: KernelCase,
  expected: CaseRun,
  fault: Fault,
): 'noticed' | 'missed' | 'no fault' {
  const { method } = kernelCase;
  let done = false;
  const faulty = (...args: readonly unknown[]): unknown => {
    const arrays = listArrays(args).map(({ array }) => array);
    const before = arrays.map((array) => array.slice());
    const returned = callMethod(referenceKernels, method, args);
    // Once only: a second fault might undo the first.
    done ||= fault({ arrays, changes: findChanges(arrays, before) });
    return returned;
  };
  const mismatch = compareRuns(
    runCase(kernelCase, replaceMethod(referenceKernels, method, faulty)),
    expected,
  );
  if (!done) return 'no fault';
  return mismatch === null ? 'missed' : 'noticed';
}

/** The last changed element of each array. */
function findChanges(arrays: readonly NumberArray[], before: readonly NumberArray[]): Call['changes'] {
  return arrays.flatMap((array, a) => {
    const index = array.findLastIndex((value, i) => !Object.is(value, before[a]![i]));
    return index >= 0 ? [{ array, index }] : [];
  });
}

function flipByte(array: NumberArray, offset: number): true {
  new Uint8Array(array.buffer, array.byteOffset + offset, 1)[0]! ^= 1;
  return true;
}
