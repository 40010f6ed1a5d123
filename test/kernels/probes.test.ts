import { describe, expect, it } from 'vitest';
import { measurePeakGflops } from '../../src/kernels/probes.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';

// However little the time is, one round is measured.
describe.each([5, 0])('within %d ms', (milliseconds) => {
  it.each(availableKernelNames())('the peak of %s is measured, if it has probes', (name) => {
    const gflops = measurePeakGflops(loadKernels(name), milliseconds);
    if (name === 'reference') expect(gflops).toBeNull();
    // Far below any machine's, since others may hold up every round, and a sanitizer does.
    else expect(gflops).toBeGreaterThan(0.01);
  });
});
