import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { TICK_MS } from '../../src/core/patience.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import type { Batch, BlockPass } from '../../src/layers/pass.js';
import { makePhase, runPhase } from '../../src/network/phases.js';
import { type NetworkPlan, planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { MOST_EVALUATION_IMAGES } from '../../src/parallel/evaluation.js';
import { allocatePulse, Pulse, readPulse } from '../../src/parallel/pulse.js';
import { limitSilence, MuteWorker, Watchdog } from '../../src/parallel/watchdog.js';

const LIMIT_MS = 4 * TICK_MS;
const kernels = loadKernels(chooseKernelName());

function makePass(name: string, layer?: string): BlockPass {
  return {
    name,
    over: 'blocks',
    waits: false,
    blocks: 1,
    run: () => {},
    ...(layer && { layer: { name: layer, multiplyAddsPerImage: 0 } }),
  };
}

/** Does the pass of this number, from 1, after those before it. */
function watchPasses(pulse: Pulse, ...passes: readonly BlockPass[]): (pass: number) => void {
  const phases = passes.map((pass) => pulse.watchPhase(makePhase([pass])));
  return (pass) => {
    for (const phase of phases.slice(0, pass)) runPhase(phase, {} as Batch, { worker: 0, workers: 1 });
  };
}

describe('a pulse', () => {
  it('says which pass of which step a worker is in', () => {
    const memory = allocatePulse(2);
    const [first, second] = [0, 1].map((worker) => {
      const pulse = new Pulse(memory, worker, 'train', kernels);
      return { pulse, run: watchPasses(pulse, makePass('forward', 'conv1'), makePass('loss')) };
    });
    first!.pulse.beginStep({ epoch: 2, step: 39 } as never);
    first!.run(1);
    second!.run(2);
    expect(readPulse(memory, 0)).toEqual({
      beats: 1,
      isWaiting: false,
      place: 'conv1 forward',
      epoch: 2,
      step: 39,
    });
    expect(readPulse(memory, 1)).toMatchObject({ beats: 2, place: 'loss' });
    first!.pulse.beginWait();
    expect(readPulse(memory, 0)).toMatchObject({ beats: 2, isWaiting: true, place: '' });
  });

  it('tells passes of evaluation from those of training', () => {
    const memory = allocatePulse(1);
    watchPasses(new Pulse(memory, 0, 'train', kernels), makePass('loss'));
    const run = watchPasses(new Pulse(memory, 0, 'evaluate', kernels), makePass('forward', 'conv1'));
    expect(readPulse(memory, 0).place).toBe('');
    run(1);
    expect(readPulse(memory, 0).place).toBe('conv1 forward');
  });
});

describe('a watchdog', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Two workers, and what is said of them. */
  function watch(waitedMs = 0) {
    const pulse = allocatePulse(2);
    const found: string[] = [];
    const run = { workers: 2, silenceLimitMs: LIMIT_MS, memory: { pulse } };
    const watchdog = new Watchdog(
      run as never,
      (worker, error) => {
        expect(error).toBeInstanceOf(MuteWorker);
        found.push(`${worker}: ${error.message}`);
      },
      { measure: () => waitedMs },
    );
    onTestFinished(() => watchdog.end());
    const workers = [0, 1].map((worker) => new Pulse(pulse, worker, 'train', kernels));
    const runs = workers.map((worker) => watchPasses(worker, makePass('forward', 'conv1')));
    const [first, second] = workers.map((worker, i) => ({
      wait: () => worker.beginWait(),
      work: () => runs[i]!(1),
    }));
    return { watchdog, found, first: first!, second: second! };
  }

  it('names the worker that is silent, once, and none that waits for it', () => {
    const { found, first, second } = watch();
    first.wait();
    second.work();
    vi.advanceTimersByTime(LIMIT_MS);
    expect(found).toEqual([]);
    vi.advanceTimersByTime(LIMIT_MS);
    expect(found).toEqual(['1: worker 2 of 2 has been silent for 1.0 s in conv1 forward (epoch 1, step 1)']);
  });

  it('names workers that all wait', () => {
    const { found, first, second } = watch();
    first.wait();
    second.wait();
    vi.advanceTimersByTime(2 * LIMIT_MS);
    expect(found[0]).toBe('0: worker 1 of 2 has been silent for 1.0 s at a barrier (epoch 1, step 1)');
  });

  it('says nothing of workers that go on, or have done their task', () => {
    const { watchdog, found, first } = watch();
    watchdog.release(1);
    for (let i = 0; i < 20; i++) {
      first.work();
      vi.advanceTimersByTime(LIMIT_MS / 2);
    }
    expect(found).toEqual([]);
  });

  it('does not count the time in which threads wait for a core', () => {
    const { found, first, second } = watch(TICK_MS / 2);
    first.work();
    second.work();
    vi.advanceTimersByTime(TICK_MS + LIMIT_MS);
    expect(found).toEqual([]);
    vi.advanceTimersByTime(LIMIT_MS);
    expect(found.length).toBe(2);
  });

  it('does not count what passes while it does not run itself', () => {
    const { found, first, second } = watch();
    first.work();
    second.work();
    vi.advanceTimersByTime(TICK_MS);
    // As after Ctrl-Z and fg: the clock has gone on, and no tick has come.
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(TICK_MS);
    expect(found).toEqual([]);
  });
});

describe('the limit of silence', () => {
  const plan = (units: number, batchSize = 100): NetworkPlan =>
    planNetwork(parseNetwork({ input: [28, 28, 1], layers: [{ kind: 'fully-connected', units }] }), {
      batchSize,
      slices: 4,
      training: true,
    });

  it('is short for a small network, and longer where passes are', () => {
    expect(limitSilence(plan(10), false)).toBeLessThan(8_100);
    expect(limitSilence(plan(20_000), false)).toBeGreaterThan(20_000);
    expect(limitSilence(plan(10), true)).toBeGreaterThan(limitSilence(plan(10), false));
  });

  it('counts the images of an evaluation where mini-batches have fewer', () => {
    expect(limitSilence(plan(20_000, 1), true)).toBe(
      limitSilence(plan(20_000, MOST_EVALUATION_IMAGES), true),
    );
    expect(limitSilence(plan(20_000, 2), true)).toBeLessThan(limitSilence(plan(20_000, 200), true));
  });
});
