import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { breakBarrier } from '../../src/parallel/barrier.js';
import { CONTROL, CONTROL_WORDS } from '../../src/parallel/control.js';

const makeControl = () => new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4));

/** A thread that waits `rounds` times and counts in `counter`; its message is the greatest spread seen, or an error's name. */
function startWaiter(control: Int32Array, counters: Int32Array, index: number, rounds: number) {
  const code = `
    const { parentPort, workerData: { control, counters, index, rounds, path } } = require('node:worker_threads');
    import(path).then(({ Barrier }) => {
      const barrier = new Barrier(control, counters.length);
      try {
        let spread = 0;
        for (let round = 0; round < rounds; round++) {
          Atomics.add(counters, index, 1);
          barrier.wait();
          const seen = Array.from(counters, (_, i) => Atomics.load(counters, i));
          spread = Math.max(spread, Math.max(...seen) - (round + 1), (round + 1) - Math.min(...seen));
          barrier.wait();
        }
        parentPort.postMessage(spread);
      } catch (error) {
        parentPort.postMessage(error.name);
      }
    });`;
  const path = join(findPackageRoot(), 'dist', 'src', 'parallel', 'barrier.js');
  const worker = new Worker(code, {
    eval: true,
    workerData: { control, counters, index, rounds, path },
  });
  return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
}

describe('the barrier', () => {
  it.each([1, 2, 3, 5])('keeps %i threads in step', async (threads) => {
    const control = makeControl();
    const counters = new Int32Array(new SharedArrayBuffer(threads * 4));
    const waiters = Array.from({ length: threads }, (_, i) => startWaiter(control, counters, i, 300));
    expect(await Promise.all(waiters)).toEqual(new Array(threads).fill(0));
  });

  it('lets everybody go once a worker has failed', async () => {
    const control = makeControl();
    const counters = new Int32Array(new SharedArrayBuffer(3 * 4));
    const waiters = [0, 1].map((i) => startWaiter(control, counters, i, 1));
    while (Atomics.load(control, CONTROL.arrived) < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    breakBarrier(control);
    expect(await Promise.all(waiters)).toEqual(['BarrierBroken', 'BarrierBroken']);
  });
});
