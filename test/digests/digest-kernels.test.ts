import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../src/kernels/kernels.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { listKernelCases } from '../helpers/kernel-suite/all-cases.js';
import { KernelMemory } from '../helpers/kernel-suite/kernel-memory.js';
import { digestKernels } from './digest-kernels.js';

describe('the digests of a kernel set', () => {
  const cases = listKernelCases().filter(({ method }) => method === 'addElements');

  it('are one for each case', () => {
    expect(cases.length).toBeGreaterThan(2);
    expect(Object.keys(digestKernels(referenceKernels, cases))).toHaveLength(cases.length);
  });

  it('are the same each time', () => {
    expect(digestKernels(referenceKernels, cases)).toEqual(digestKernels(referenceKernels, cases));
  });

  it('differ where one bit of a result does', () => {
    const off: Kernels = {
      ...referenceKernels,
      addElements(x, y, ...rest) {
        referenceKernels.addElements(x, y, ...rest);
        const bits = new Uint32Array(y.buffer, y.byteOffset, y.length);
        if (bits.length > 0) bits[0]! ^= 1;
      },
    };
    expect(digestKernels(off, cases)).not.toEqual(digestKernels(referenceKernels, cases));
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

  it('tells zeros of either sign apart', () => {
    expect(digest(0x80000000)).not.toBe(digest(0));
  });
});
