import { z } from 'zod';
import type { TrainingLength } from './training-length.js';

const rate = z.number().nonnegative();
/** Epochs over which the rate climbs linearly from rate / (steps of the warm-up) to itself, before the schedule goes on. */
const warmupEpochs = z.number().nonnegative().default(0);

const kindsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), rate, warmupEpochs }),
  /** rate · factor^(floor(epoch / every)), epochs counted from 0. */
  z.strictObject({
    kind: z.literal('step'),
    rate,
    factor: z.number().positive(),
    every: z.int().positive(),
    warmupEpochs,
  }),
  /** One rate an epoch; the last one holds on. */
  z.strictObject({ kind: z.literal('list'), rates: z.array(rate).min(1), warmupEpochs }),
  /**
   * Straight lines between points [fraction of the training, rate], moved on at every step; the first rate holds before the first
   * point, the last one after the last. A point lies at step ⌊fraction · steps⌋.
   */
  z.strictObject({
    kind: z.literal('piecewise-linear'),
    points: z
      .array(z.tuple([z.number().min(0).max(1), rate]))
      .min(1)
      .refine(
        (points) => points.every(([at], i) => i === 0 || at >= points[i - 1]![0]),
        'expected points [fraction, rate] whose fractions do not fall',
      ),
    warmupEpochs,
  }),
  /** Half a cosine from `rate` at the start (or the warm-up's end) to `final` at the end of training, moved on at every step. */
  z.strictObject({ kind: z.literal('cosine'), rate, final: rate.default(0), warmupEpochs }),
]);

/** A learning-rate schedule. A plain number is short for `{ kind: 'constant', rate }`. */
export const scheduleSchema = z.preprocess(
  (value: number | z.input<typeof kindsSchema>): unknown =>
    typeof value === 'number' ? { kind: 'constant', rate: value } : value,
  kindsSchema,
);

export type Schedule = z.output<typeof scheduleSchema>;

/**
 * The learning rate of one step.
 *
 * @param step steps taken so far in the whole training
 */
export function learningRateAt(schedule: Schedule, step: number, length: TrainingLength): number {
  const warmupSteps = Math.round(schedule.warmupEpochs * length.stepsPerEpoch);
  const base = baseRateAt(schedule, step, warmupSteps, length);
  return step < warmupSteps ? (base * (step + 1)) / warmupSteps : base;
}

/**
 * The rates of what has a course of its own: from the highest rate that the schedule reaches along a straight line to 0, in its first epochs.
 *
 * @returns what gives the rate of one step
 */
export function planFall(
  schedule: Schedule,
  length: TrainingLength,
): (step: number, epochs: number) => number {
  let highest: number | undefined;
  return (step, epochs) => {
    highest ??= findHighestRate(schedule, length);
    return highest * Math.max(0, 1 - step / (epochs * length.stepsPerEpoch));
  };
}

function findHighestRate(schedule: Schedule, length: TrainingLength): number {
  let highest = 0;
  for (let step = 0; step < length.steps; step++) {
    highest = Math.max(highest, learningRateAt(schedule, step, length));
  }
  return highest;
}

function baseRateAt(
  schedule: Schedule,
  step: number,
  warmupSteps: number,
  { stepsPerEpoch, steps }: TrainingLength,
): number {
  const epoch = Math.floor(step / stepsPerEpoch);
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'step':
      return schedule.rate * schedule.factor ** Math.floor(epoch / schedule.every);
    case 'list':
      return schedule.rates[Math.min(epoch, schedule.rates.length - 1)]!;
    case 'piecewise-linear':
      return interpolate(schedule.points, step, steps);
    case 'cosine': {
      const length = Math.max(1, steps - warmupSteps);
      const progress = Math.min(1, Math.max(0, step - warmupSteps) / length);
      return schedule.final + (schedule.rate - schedule.final) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }
}

/** The rate on the straight line between the points before and behind a step. */
function interpolate(
  points: readonly (readonly [fraction: number, rate: number])[],
  step: number,
  steps: number,
): number {
  const stepOf = (index: number) => Math.floor(points[index]![0] * steps);
  const next = points.findIndex((_, index) => stepOf(index) > step);
  if (next === 0) return points[0]![1];
  if (next < 0) return points.at(-1)![1];
  const before = next - 1;
  const share = (step - stepOf(before)) / (stepOf(next) - stepOf(before));
  return points[before]![1] * (1 - share) + points[next]![1] * share;
}
