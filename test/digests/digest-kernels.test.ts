import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { listKernelCases } from '../helpers/kernel-suite/all-cases.js';
import { KernelMemory } from '../helpers/kernel-suite/kernel-memory.js';
import { digestKernels } from './digest-kernels.js';

describe('the digests of a kernel set', () => {
  const cases = listKernelCases().filter(({ method }) => /addElements/i.test(method));

  it('are one for each case, and the same each time', () => {
    const digests = digestKernels(referenceKernels, cases);
    expect(cases.length).toBeGreaterThan(2);
    expect(new Set(Object.values(digests)).size).toBe(cases.length);
    expect(digestKernels(referenceKernels, cases)).toEqual(digests);
  });
});

describe('the digest of memory', () => {
  const digest = (...bits: number[]) => {
    const memory = new KernelMemory();
    const y = memory.output('y', bits.length, 0);
    new Uint32Array(y.buffer, y.byteOffset, y.length).set(bits);
    return memory.digest();
  };

  it('takes NaNs of either sign for the same, and tells them from what nobody wrote', () => {
    expect(digest(0xffc00000)).toBe(digest(0x7fc00000));
    expect(digest(0x7fc5a3e1)).not.toBe(digest(0x7fc00000));
  });

  it('tells results apart in which one bit differs', () => {
    expect(digest(0x3f800000, 0x3f800001)).not.toBe(digest(0x3f800000, 0x3f800000));
  });

  it('tells zeros of either sign apart', () => {
    expect(digest(0x80000000)).not.toBe(digest(0));
  });
});
