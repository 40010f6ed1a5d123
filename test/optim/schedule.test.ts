import { describe, expect, it } from 'vitest';
import { learningRateAt, scheduleSchema } from '../../src/optim/schedule.js';

const STEPS = 10;
const EPOCHS = 4;
const ratesOf = (schedule: unknown, steps: number[]) => {
  const parsed = scheduleSchema.parse(schedule);
  return steps.map((step) => learningRateAt(parsed, step, STEPS, EPOCHS));
};

describe('a learning-rate schedule', () => {
  it('may be a plain number', () => {
    expect(ratesOf(0.1, [0, 39])).toEqual([0.1, 0.1]);
  });

  it('falls in steps', () => {
    const rates = ratesOf({ kind: 'step', rate: 1, factor: 0.1, every: 2 }, [0, 19, 20, 39]);
    expect(rates).toEqual([1, 1, 0.1, 0.1]);
  });

  it('takes one rate an epoch from a list, and holds the last', () => {
    expect(ratesOf({ kind: 'list', rates: [3, 2] }, [9, 10, 39])).toEqual([3, 2, 2]);
  });

  it('follows half a cosine', () => {
    const [start, middle, late] = ratesOf({ kind: 'cosine', rate: 1, final: 0.2 }, [0, 20, 39]);
    expect(start).toBe(1);
    expect(middle).toBeCloseTo(0.6, 10);
    expect(late).toBeCloseTo(0.2 + 0.4 * (1 + Math.cos((Math.PI * 39) / 40)), 10);
  });

  it('warms up linearly', () => {
    const rates = ratesOf({ kind: 'constant', rate: 1, warmupEpochs: 0.5 }, [0, 1, 4, 5]);
    expect(rates).toEqual([0.2, 0.4, 1, 1]);
  });

  it('begins the cosine after the warm-up', () => {
    expect(ratesOf({ kind: 'cosine', rate: 1, warmupEpochs: 1 }, [10])).toEqual([1]);
  });
});
