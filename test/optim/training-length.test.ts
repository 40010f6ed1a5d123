import { describe, expect, it } from 'vitest';
import { countStepsOf, measureTraining } from '../../src/optim/training-length.js';

const measure = (images: number, batchSize: number, epochs: number, dropLast = false) =>
  measureTraining(images, { batchSize, epochs, dropLast });

describe("a training's length", () => {
  it('counts a smaller last mini-batch, or leaves it out', () => {
    expect(measure(250, 100, 2)).toEqual({ stepsPerEpoch: 3, epochs: 2, steps: 6 });
    expect(measure(250, 100, 2, true)).toEqual({ stepsPerEpoch: 2, epochs: 2, steps: 4 });
    expect(measure(300, 100, 2, true)).toEqual({ stepsPerEpoch: 3, epochs: 2, steps: 6 });
  });

  it('never leaves out the only mini-batch', () => {
    expect(measure(50, 100, 2, true)).toEqual({ stepsPerEpoch: 1, epochs: 2, steps: 2 });
  });

  it('ends within an epoch if the epochs have a fraction', () => {
    const length = measure(50_000, 1024, 9.9, true);
    expect(length).toEqual({ stepsPerEpoch: 48, epochs: 10, steps: 476 });
    expect([0, 8, 9, 10].map((epoch) => countStepsOf(epoch, length))).toEqual([48, 48, 44, 0]);
    expect(measure(100, 10, 0.01)).toEqual({ stepsPerEpoch: 10, epochs: 1, steps: 1 });
  });

  it('takes no step more for rounding', () => {
    // 10 · 0.7 is 7 and a little in double precision, and 0.1 + 0.2 too much of 10 epochs.
    expect(measure(100, 10, 0.7).steps).toBe(7);
    expect(measure(100, 10, 0.1 + 0.2).steps).toBe(3);
  });
});
