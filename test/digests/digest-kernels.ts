import type { Kernels } from '../../src/kernels/kernels.js';
import { listKernelCases } from '../helpers/kernel-suite/all-cases.js';
import { runCase } from '../helpers/kernel-suite/kernel-case.js';

/** A hash of the bits that each case of the kernel suite leaves behind, by the case's name. */
export function digestKernels(kernels: Kernels, cases = listKernelCases()): Record<string, string> {
  return Object.fromEntries(
    cases.map((kernelCase, i) => {
      const { memory, returned } = runCase(kernelCase, kernels);
      return [`${i} ${kernelCase.method}: ${kernelCase.title}`, `${memory.digest()} ${returned.join(' ')}`];
    }),
  );
}
