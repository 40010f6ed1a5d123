import { describe, expect, it } from 'vitest';
import { describeLimits, limitsFor, warnOfBusyMachine } from '../../src/bench/machine.js';

const ONE = { threads: 1, gflops: 100, gigabytesPerSecond: 10 };
const ALL = { threads: 4, gflops: 390, gigabytesPerSecond: 25 };

describe("the machine's limits", () => {
  it('are figures', () => {
    expect(describeLimits([ONE], 'avx2')).toEqual([
      {
        name: 'machine',
        threads: 1,
        kernels: 'avx2',
        gflops: 100,
        shareOfPeak: 1,
        gigabytesPerSecond: 10,
        processor: expect.any(String),
        node: process.versions.node,
      },
    ]);
  });

  it('are those of all cores for more threads than one', () => {
    expect([1, 4, 8].map((threads) => limitsFor([ONE, ALL], threads))).toEqual([ONE, ALL, ALL]);
  });

  it('tell that something else is at work', () => {
    expect(warnOfBusyMachine([ONE, ALL])).toBeNull();
    expect(warnOfBusyMachine([ONE])).toBeNull();
    expect(warnOfBusyMachine([ONE, { ...ALL, gflops: 300 }])).toMatch(/^warning: 4 threads .* 3\.00 times/);
  });
});
