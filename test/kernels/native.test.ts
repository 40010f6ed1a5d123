import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { describeBitAgreement, describeKernels } from '../helpers/kernel-suite.js';

/** The sets that promise equal bits: they use fused multiply-add. */
const FUSED = ['avx512', 'avx2', 'neon'];

describe('native kernels', () => {
  const names = availableKernelNames().filter((name) => name !== 'reference');

  it('have the reference behind them as a fallback', () => {
    expect(availableKernelNames().at(-1)).toBe('reference');
  });

  for (const name of names) describeKernels(loadKernels(name));

  const fused = names.filter((name) => FUSED.includes(name));
  for (const other of fused.slice(1)) describeBitAgreement(loadKernels(fused[0]!), loadKernels(other));
});
