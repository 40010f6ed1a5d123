import { expect, it } from 'vitest';
import { summarizeTimes } from '../../src/run/profile.js';

const passes = [
  { layer: 'conv1', name: 'forward', multiplyAddsPerImage: 1e6, phase: 0 },
  { layer: 'relu1', name: 'forward', multiplyAddsPerImage: 0, phase: 0 },
  { layer: null, name: 'loss', multiplyAddsPerImage: 0, phase: 1 },
];
/** Of 4 steps, which one or the other has counted: steps, images, total, longest wait; passes; waits. */
const times = [
  Float64Array.of(3, 300, 40, 1.5, 20, 4, 8, 2, 4),
  Float64Array.of(1, 100, 40, 2.5, 20, 4, 8, 0, 6),
];

it('is means over steps and workers, which add up to the step', () => {
  const profile = summarizeTimes({ passes, phases: 2 }, times, 100, 'avx2');
  expect(profile).toMatchObject({
    kernels: 'avx2',
    workers: 2,
    steps: 4,
    imagesPerStep: 100,
    msPerStep: 10,
    imagesPerSecond: 10_000,
    gflops: 20,
    peakGflops: 100,
    shareOfPeak: 0.2,
    passMsPerStep: 8,
    barrierMsPerStep: 1.5,
    otherMsPerStep: 0.5,
  });
  const [convolution, relu, loss] = profile.passes;
  expect(convolution).toEqual({
    layer: 'conv1',
    pass: 'forward',
    phase: 0,
    msPerStep: 5,
    shareOfStep: 0.5,
    gflops: 40,
    shareOfPeak: 0.4,
    barrierMsPerStep: null,
    worstBarrierMsPerStep: null,
  });
  expect(relu).toMatchObject({
    msPerStep: 1,
    gflops: null,
    barrierMsPerStep: 0.25,
    worstBarrierMsPerStep: 0.5,
  });
  expect(loss).toMatchObject({
    msPerStep: 2,
    shareOfPeak: null,
    barrierMsPerStep: 1.25,
    worstBarrierMsPerStep: 1.5,
  });
  expect(profile.perWorker).toEqual([
    { passMsPerStep: 8, barrierMsPerStep: 1.5, longestBarrierMs: 1.5 },
    { passMsPerStep: 8, barrierMsPerStep: 1.5, longestBarrierMs: 2.5 },
  ]);
});

it('has no shares of a peak that cannot be measured', () => {
  const profile = summarizeTimes({ passes, phases: 2 }, times, null, 'reference');
  expect([profile.peakGflops, profile.shareOfPeak, profile.passes[0]!.shareOfPeak]).toEqual([
    null,
    null,
    null,
  ]);
  expect(profile.passes[0]!.gflops).toBeGreaterThan(0);
});
