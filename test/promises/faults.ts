/**
 * A plugin's layer that does nothing but what its field `how` says, in the third step, in whichever worker has its first images: real ways in which a
 * run's process or threads come to harm.
 */
export const FAULTS = `
import { openSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const inTrainer = process.argv[1].endsWith('trainer.js');
const sleepForEver = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
const fill = () => { const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length)); };

const AT_WORK = {
  nothing() {},
  throws() { throw new RangeError('the layer cannot go on'); },
  exits() { process.exit(7); },
  aborts() { process.kill(process.pid, 'SIGABRT'); sleepForEver(); },
  'is-ended-by-segv'() { process.kill(process.pid, 'SIGSEGV'); sleepForEver(); },
  'is-killed'() { process.kill(process.pid, 'SIGKILL'); sleepForEver(); },
  'fills-the-heap': fill,
  // Native code that never returns: a pipe that nobody opens for writing.
  hangs({ pipe }) { openSync(pipe, 'r'); },
  sleeps: sleepForEver,
  spins() { for (;;); },
};

const IN_THE_MAIN_THREAD = {
  'sleeps-at-first': sleepForEver,
  'spins-at-first'() { for (;;); },
  'fills-the-heap-at-first': fill,
  'exits-at-first'() { process.exit(5); },
};

export const fault = {
  kind: 'fault',
  schema: ({ how = 'nothing', pipe = '' }) => ({ how, pipe }),
  plan({ how }, input) {
    if (inTrainer && isMainThread) IN_THE_MAIN_THREAD[how]?.();
    return {
      output: input, parameters: [], state: [], shared: {}, inPlace: false,
      backwardReads: { input: false, output: false }, multiplyAddsPerImage: 0,
    };
  },
  bind(config, { input, output, batch }) {
    const { height, width, channels } = output.shape;
    const size = height * width * channels;
    const copy = (from, to, act) => ({
      over: 'slices',
      waits: false,
      run({ index, first, count }) {
        if (act && index === 0) act();
        to.set(from.subarray(first * size, (first + count) * size), first * size);
      },
    });
    const act = () => { if (batch.step === 2) AT_WORK[config.how]?.(config); };
    return {
      prepare: [],
      forward: [copy(input.value, output.value, act)],
      backward: [copy(output.gradient, input.gradient)],
    };
  },
};
`;
