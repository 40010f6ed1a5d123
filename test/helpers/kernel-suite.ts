import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../src/kernels/kernels.js';
import { findProbes } from '../../src/kernels/probes.js';
import { loadKernels } from '../../src/kernels/select.js';
import { listActivationCases } from './kernel-suite/activation-cases.js';
import { listAugmentCases } from './kernel-suite/augment-cases.js';
import { listChannelCases } from './kernel-suite/channel-cases.js';
import { listConvolutionCases } from './kernel-suite/convolution-cases.js';
import { listDrawCases } from './kernel-suite/draw-cases.js';
import { listDropoutCases } from './kernel-suite/dropout-cases.js';
import { listJoinCases } from './kernel-suite/join-cases.js';
import {
  type ArrayArgument,
  callMethod,
  findMismatch,
  type KernelCase,
  type KernelMethod,
  listArrays,
} from './kernel-suite/kernel-case.js';
import { KernelMemory } from './kernel-suite/kernel-memory.js';
import { listLaneCases } from './kernel-suite/lane-cases.js';
import { listLossCases } from './kernel-suite/loss-cases.js';
import { listOptimizerCases } from './kernel-suite/optimizer-cases.js';
import { listPoolingCases } from './kernel-suite/pooling-cases.js';
import { listPreluCases } from './kernel-suite/prelu-cases.js';
import { listProductCases } from './kernel-suite/product-cases.js';
import { listTrainablePoolingCases } from './kernel-suite/trainable-pooling-cases.js';
import {
  listAssembleCases,
  listAverageCases,
  listChangeCases,
  listPixelSumCases,
  listReduceCases,
  listUpdateCases,
} from './kernel-suite/update-cases.js';
import { listWinogradCases } from './kernel-suite/winograd-cases.js';

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

/** What an array of a bound call is too short for: the sizes, or the range that is run. */
const TOO_SHORT = /expected at least \d+ elements|expected numbers within the arrays/;

/** Every case of every method. */
export function listKernelCases(): KernelCase[] {
  return [
    ...listProductCases(),
    ...listConvolutionCases(),
    ...listLaneCases(),
    ...listWinogradCases(),
    ...listPoolingCases(),
    ...listTrainablePoolingCases(),
    ...listChannelCases(),
    ...listActivationCases(),
    ...listPreluCases(),
    ...listDropoutCases(),
    ...listJoinCases(),
    ...listDrawCases(),
    ...listLossCases(),
    ...listAssembleCases(),
    ...listAugmentCases(),
    ...listPixelSumCases(),
    ...listReduceCases(),
    ...listUpdateCases(),
    ...listChangeCases(),
    ...listAverageCases(),
    ...listOptimizerCases(),
  ];
}

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

/** Every case, by the method that it calls. */
export function groupByMethod(): Map<KernelMethod, KernelCase[]> {
  const groups = new Map<KernelMethod, KernelCase[]>();
  for (const kernelCase of listKernelCases()) {
    const group = groups.get(kernelCase.method) ?? [];
    group.push(kernelCase);
    groups.set(kernelCase.method, group);
  }
  return groups;
}

function describeArgumentErrors(kernels: Kernels, method: KernelMethod, cases: readonly KernelCase[]): void {
  const tight = cases.find((kernelCase) => kernelCase.tight);
  it('refuses arrays of another type', () => {
    for (const { where, array, replace } of prepareArrays(kernels, tight!)) {
      for (const wrong of [
        new Float64Array(array.length),
        new Int8Array(array.length),
        [...array],
        undefined,
      ]) {
        expect(() => callMethod(kernels, method, replace(wrong)), where).toThrow(TypeError);
      }
    }
  });
  it('refuses arrays that are too short', () => {
    for (const { where, array, replace } of prepareArrays(kernels, tight!)) {
      if (array.length === 0 || UNBOUNDED.has(`${method} ${where}`)) continue;
      const short = array.subarray(0, array.length - 1);
      expect(() => callMethod(kernels, method, replace(short)), where).toThrow(TOO_SHORT);
    }
  });
}

/** The arrays of a case's first call. */
function prepareArrays(kernels: Kernels, kernelCase: KernelCase): ArrayArgument[] {
  return listArrays(kernelCase.method, kernelCase.prepare(new KernelMemory(), kernels)[0]!);
}
