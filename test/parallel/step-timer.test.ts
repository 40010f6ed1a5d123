import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import type { Batch } from '../../src/layers/pass.js';
import { groupIntoPhases, runPhase } from '../../src/network/phases.js';
import { outlinePasses, StepTimer, TIMES, TIMES_HEADER } from '../../src/parallel/step-timer.js';
import { makeSmallNetwork } from '../helpers/small-network.js';

const small = () =>
  makeSmallNetwork({
    input: [8, 8, 2],
    layers: [
      { kind: 'convolution', name: 'first', kernel: 3, filters: 4 },
      { kind: 'batch-normalization' },
      { kind: 'relu' },
      { kind: 'max-pooling', kernel: 2 },
      { kind: 'fully-connected', units: 3 },
    ],
    images: 5,
    kernels: referenceKernels,
  });

describe('the outline of a step', () => {
  it('names every pass, and counts the products of every layer', () => {
    const { network } = small();
    const outline = outlinePasses(
      groupIntoPhases([...network.prepare, ...network.forward, ...network.backward]),
    );
    expect(outline.filter(({ name }) => name === '')).toEqual([]);
    expect(outline.filter(({ layer }) => layer === 'first')).toMatchObject([
      { name: 'prepare', multiplyAddsPerImage: 0 },
      { name: 'forward', multiplyAddsPerImage: 6 * 6 * 4 * 18 },
      { name: 'bias gradient', multiplyAddsPerImage: 0 },
      { name: 'kernel gradient', multiplyAddsPerImage: 6 * 6 * 4 * 18 },
    ]);
    const multiplyAdds = outline.reduce((sum, pass) => sum + pass.multiplyAddsPerImage, 0);
    // The first layer has no input gradient.
    expect(multiplyAdds).toBe(2 * 6 * 6 * 4 * 18 + 3 * 36 * 3);
    const names = outline.filter(({ layer }) => layer === 'batch-normalization1').map(({ name }) => name);
    expect(names).toEqual([
      'moments',
      'forward',
      'gradient sums',
      'running statistics',
      'parameter gradients',
      'input gradient',
    ]);
  });

  it('counts the products of layers in lanes alike', () => {
    const layers = [
      { kind: 'convolution', kernel: 3, filters: 4 },
      { kind: 'convolution', kernel: 3, filters: 4 },
      { kind: 'fully-connected', units: 3 },
    ];
    const costs = [2, 40].map((images) => {
      const { network } = makeSmallNetwork({ input: [14, 14, 2], layers, images, kernels: referenceKernels });
      const passes = outlinePasses(groupIntoPhases([...network.forward, ...network.backward]));
      return [network.inputLayout, passes.reduce((sum, pass) => sum + pass.multiplyAddsPerImage, 0)];
    });
    expect(costs).toEqual([
      ['images', costs[0]![1]],
      ['lanes', costs[0]![1]],
    ]);
  });
});

describe('a step timer', () => {
  let now = 0;
  const sleep = (ms: number) => {
    now += ms;
  };
  beforeEach(() => {
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const batch: Batch = {
    size: 10,
    epoch: 0,
    step: 0,
    slices: 4,
    bands: 2,
    sampleIds: new Int32Array(10),
  };
  const makePhases = (ran: unknown[]) =>
    groupIntoPhases([
      { over: 'slices', waits: false, run: ({ index }) => ran.push(`slice ${index}`) && sleep(0.5) },
      { over: 'slices', waits: false, run: ({ index }) => ran.push(`again ${index}`) },
      { over: 'units', waits: true, run: ({ index }) => ran.push(`unit ${index}`) && sleep(1) },
      { over: 'blocks', waits: true, blocks: 3, run: (...task) => ran.push(task) && sleep(3) },
    ]);

  it('runs the same tasks, and sums their times over steps', () => {
    const plain: unknown[] = [];
    for (const phase of makePhases(plain)) runPhase(phase, batch, { worker: 0, workers: 1 });

    const ran: unknown[] = [];
    const times = new Float64Array(TIMES_HEADER + 4 + 3);
    const timer = new StepTimer(makePhases(ran), times, 5);
    timer.begin();
    for (let step = 0; step < 2; step++) {
      timer.beginStep({ ...batch, step });
      timer.countStep({ ...batch, step });
      timer.phases.forEach((phase, index) => {
        timer.enterPhase(index);
        runPhase(phase, batch, { worker: 0, workers: 1 });
        timer.beginWait();
        sleep(0.1 * (index + 1));
        timer.endWait();
      });
    }
    timer.end();
    expect(ran).toEqual([...plain, ...plain]);
    expect([times[TIMES.steps], times[TIMES.images]]).toEqual([2, 20]);
    const [slices, again, units, blocks, ...waits] = [...times.subarray(TIMES_HEADER)].map(
      (ms) => Math.round(10 * ms) / 10,
    );
    expect({ slices, again, units, blocks }).toEqual({ slices: 4, again: 0, units: 4, blocks: 6 });
    expect(waits).toEqual([0.2, 0.4, 0.6]);
    expect(times[TIMES.total]).toBeCloseTo(4 + 4 + 6 + 1.2, 9);
    expect(times[TIMES.longestWait]).toBeCloseTo(0.3, 9);
  });

  it('forgets the first tenth of a run', () => {
    const times = new Float64Array(TIMES_HEADER + 4 + 3);
    const timer = new StepTimer(makePhases([]), times, 30);
    const steps = [0, 1, 2, 3, 4].map((step) => {
      timer.beginStep({ ...batch, step });
      timer.countStep({ ...batch, step });
      return times[TIMES.steps];
    });
    expect(steps).toEqual([0, 0, 0, 1, 2]);
  });
});
