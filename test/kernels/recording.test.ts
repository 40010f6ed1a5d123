import { describe, expect, it } from 'vitest';
import { TASK_BITS } from '../../src/kernels/constants.js';
import { findRecording } from '../../src/kernels/recording.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';

const NATIVE = availableKernelNames().filter((name) => name !== referenceKernels.name);

function shareFloats(...values: number[]): Float32Array {
  const floats = new Float32Array(new SharedArrayBuffer(4 * values.length));
  floats.set(values);
  return floats;
}

it('is what the reference has not', () => {
  expect(findRecording(referenceKernels)).toBeNull();
});

describe.each(NATIVE)('what is noted on %s', (name) => {
  const kernels = loadKernels(name);
  const recording = findRecording(kernels)!;
  /** y = factor·x. */
  const bindScale = (x: Float32Array, y = x) => kernels.bindScaleElements({ x, y });

  it('is done when it is run, in its order, as often as it is', () => {
    const x = shareFloats(1, 2, 3);
    const y = shareFloats(0, 0, 0);
    const [copy, twice] = [bindScale(x, y), bindScale(y)];
    const run = recording.record(() => {
      copy(1, 0, 3);
      twice(2, 1, 2);
    })!;
    expect([...y]).toEqual([0, 0, 0]);
    run();
    expect([...y]).toEqual([1, 4, 6]);
    x.set([5, 6, 7]);
    run();
    expect([...y]).toEqual([5, 12, 14]);
    twice(10, 0, 1);
    expect(y[0]).toBe(50);
  });

  it('stays, whatever else goes', () => {
    const y = shareFloats(1);
    const run = recording.record(() => bindScale(y)(3, 0, 1))!;
    (globalThis as { gc?: () => void }).gc?.();
    run();
    expect(y[0]).toBe(3);
  });

  it('is checked when it is noted', () => {
    const scale = bindScale(shareFloats(1, 2));
    expect(() => recording.record(() => scale(2, 1, 2))).toThrow(RangeError);
    expect(() => recording.record(() => scale(2, 0, 'x' as never))).toThrow(TypeError);
    // Calls are run again afterwards.
    expect(() => scale(2, 0, 2)).not.toThrow();
  });

  it('is null where there is nothing, or something that can go', () => {
    expect(recording.record(() => {})).toBeNull();
    const own = new Float32Array([1]);
    expect(recording.record(() => bindScale(own)(2, 0, 1))).toBeNull();
    expect(own[0]).toBe(1);
  });

  it('is refused where a kernel gives something back', () => {
    const measure = kernels.bindMeasureChange({ w: shareFloats(1), previous: shareFloats(2) });
    expect(() => recording.record(() => measure(0, 1))).toThrow(
      'bindMeasureChange: run: expected a kernel that gives nothing back while calls are noted',
    );
  });

  it('is not noted within itself, and no function is one', () => {
    expect(() => recording.record(() => recording.record(() => {}))).toThrow('noted already');
    expect(() => recording.record(() => {})).not.toThrow();
    expect(() => recording.record(7 as never)).toThrow('expected a function');
  });

  describe('as tasks', () => {
    const y = shareFloats(0, 0, 0, 0, 0);
    const set = bindScale(shareFloats(1, 1, 1, 1, 1), y);
    const noted = [0, 1, 2, 3, 4].map((i) => recording.record(() => set(1, i, 1))!);
    const range = new Int32Array(new SharedArrayBuffer(8)).subarray(1);
    const doTasks = (tasks: readonly (() => void)[], first: number, end: number) => {
      y.fill(0);
      range[0] = (first << TASK_BITS) | end;
      const count = recording.joinTasks(tasks, range)();
      return { count, done: [...y], left: [range[0]! >>> TASK_BITS, range[0]! & (2 ** TASK_BITS - 1)] };
    };

    it('is done from the first on until none is left', () => {
      expect(doTasks(noted, 1, 4)).toEqual({ count: 3, done: [0, 1, 1, 1, 0], left: [4, 4] });
      expect(doTasks(noted, 4, 4)).toEqual({ count: 0, done: [0, 0, 0, 0, 0], left: [4, 4] });
    });

    it('ends before one that was not noted, or is none', () => {
      const mixed = noted.with(2, () => {});
      expect(doTasks(mixed, 0, 4)).toEqual({ count: 2, done: [1, 1, 0, 0, 0], left: [2, 4] });
      expect(doTasks(noted.slice(0, 3), 1, 4)).toEqual({ count: 2, done: [0, 1, 1, 0, 0], left: [3, 4] });
    });

    it('leaves what others take meanwhile', () => {
      // A sign of life writes words[1] = place, in place of another worker that takes the last two.
      const beat = recording.bindBeat({ words: new Int32Array(range.buffer) });
      const shortened = noted.with(0, recording.record(() => beat((1 << TASK_BITS) | 2))!);
      expect(doTasks(shortened, 0, 4)).toEqual({ count: 2, done: [0, 1, 0, 0, 0], left: [2, 2] });
    });

    it('is refused where it is none', () => {
      const own = new Int32Array(1);
      for (const wrong of [own, new Int32Array(new SharedArrayBuffer(8)), new Uint8Array(1), null]) {
        expect(() => recording.joinTasks(noted, wrong as never)).toThrow(
          'joinTasks: expected an array of functions, and one element of an Int32Array in shared memory',
        );
      }
      expect(() => recording.joinTasks(7 as never, range)).toThrow(TypeError);
    });
  });

  it('has signs of life among it', () => {
    const words = new Int32Array(new SharedArrayBuffer(8));
    const beat = recording.bindBeat({ words });
    const run = recording.record(() => {
      beat(7);
      beat(8);
    })!;
    run();
    expect([...words]).toEqual([2, 8]);
  });
});
