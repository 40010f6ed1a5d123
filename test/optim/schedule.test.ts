import { describe, expect, it } from 'vitest';
import { learningRateAt, planFall, scheduleSchema } from '../../src/optim/schedule.js';

const STEPS = 10;
const EPOCHS = 4;
const ratesOf = (schedule: unknown, steps: number[]) => {
  const parsed = scheduleSchema.parse(schedule);
  const length = { stepsPerEpoch: STEPS, epochs: EPOCHS, steps: STEPS * EPOCHS };
  return steps.map((step) => learningRateAt(parsed, step, length));
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

  it('goes along straight lines between points', () => {
    const points = [
      [0, 0.2],
      [0.25, 1],
      [1, 0.1],
    ];
    const rates = ratesOf({ kind: 'piecewise-linear', points }, [0, 5, 10, 25, 39]);
    for (const [i, rate] of [0.2, 0.6, 1, 0.55, 0.13].entries()) expect(rates[i]).toBeCloseTo(rate, 14);
  });

  it('has a point of a line at a whole step, as the published triangle', () => {
    // lr_schedule of 476 steps in airbench94.py (Jordan 2024), computed in float64.
    const parsed = scheduleSchema.parse({
      kind: 'piecewise-linear',
      points: [
        [0, 0.2],
        [0.23, 1],
        [1, 0.07],
      ],
    });
    const length = { stepsPerEpoch: 48, epochs: 10, steps: 476 };
    const rates = [0, 1, 108, 109, 110, 475].map((step) => learningRateAt(parsed, step, length));
    const published = [0.2, 0.2 + 0.8 / 109, 1 - 0.8 / 109, 1, 1 - 0.93 / 367, 0.07 + 0.93 / 367];
    for (const [i, rate] of published.entries()) expect(rates[i]).toBeCloseTo(rate, 13);
  });

  it('holds the rates before the first point and after the last, and jumps between points at one step', () => {
    const points = [
      [0.25, 1],
      [0.5, 2],
      [0.5, 3],
      [0.75, 4],
    ];
    const rates = ratesOf({ kind: 'piecewise-linear', points }, [0, 10, 19, 20, 30, 39]);
    expect(rates).toEqual([1, 1, 1.9, 3, 4, 4]);
  });

  it.each([
    [[]],
    [[[1.5, 1]]],
    [[[0, -1]]],
    [
      [
        [0.5, 1],
        [0.2, 1],
      ],
    ],
  ])('takes no points %j', (points) => {
    expect(scheduleSchema.safeParse({ kind: 'piecewise-linear', points }).success).toBe(false);
  });

  it('warms up linearly', () => {
    const rates = ratesOf({ kind: 'constant', rate: 1, warmupEpochs: 0.5 }, [0, 1, 4, 5]);
    expect(rates).toEqual([0.2, 0.4, 1, 1]);
  });

  it('begins the cosine after the warm-up', () => {
    expect(ratesOf({ kind: 'cosine', rate: 1, warmupEpochs: 1 }, [10])).toEqual([1]);
  });
});

describe('a rate that falls by itself', () => {
  const length = { stepsPerEpoch: STEPS, epochs: EPOCHS, steps: STEPS * EPOCHS };
  const fallOf = (schedule: unknown, epochs: number) => {
    const rateAt = planFall(scheduleSchema.parse(schedule), length);
    return [0, 5, 15, 20, 39].map((step) => rateAt(step, epochs));
  };

  it('goes from the highest of the run to 0 in its epochs', () => {
    expect(fallOf(0.4, 2)).toEqual([0.4, 0.4 * 0.75, 0.4 * 0.25, 0, 0]);
    const points = [
      [0, 0],
      [0.25, 0.4],
      [1, 0],
    ];
    expect(fallOf({ kind: 'piecewise-linear', points }, 2)).toEqual(fallOf(0.4, 2));
    expect(fallOf({ kind: 'step', rate: 0.1, factor: 2, every: 2 }, 1)[1]).toBe(0.1);
    expect(fallOf({ kind: 'constant', rate: 0.4, warmupEpochs: 2 }, 2)).toEqual(fallOf(0.4, 2));
  });
});
