import { z } from 'zod';

const rate = z.number().nonnegative();
/** Epochs over which the rate climbs linearly from rate / (steps of the warm-up) to itself, before the schedule goes on. */
const warmupEpochs = z.number().nonnegative().default(0);

/** A learning-rate schedule. A plain number is short for `{ kind: 'constant', rate }`. */
export const scheduleSchema = z.preprocess(
  (value) => (typeof value === 'number' ? { kind: 'constant', rate: value } : value),
  z.discriminatedUnion('kind', [
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
    /** Half a cosine from `rate` at the start (or the warm-up's end) to `final` at the end of training, moved on at every step. */
    z.strictObject({ kind: z.literal('cosine'), rate, final: rate.default(0), warmupEpochs }),
  ]),
);

export type Schedule = z.output<typeof scheduleSchema>;

/**
 * The learning rate of one step.
 *
 * @param step steps taken so far in the whole training
 * @param stepsPerEpoch mini-batches an epoch
 * @param epochs epochs of the whole training
 */
export function learningRateAt(
  schedule: Schedule,
  step: number,
  stepsPerEpoch: number,
  epochs: number,
): number {
  const warmupSteps = Math.round(schedule.warmupEpochs * stepsPerEpoch);
  const base = baseRateAt(schedule, step, warmupSteps, stepsPerEpoch, epochs);
  return step < warmupSteps ? (base * (step + 1)) / warmupSteps : base;
}

function baseRateAt(
  schedule: Schedule,
  step: number,
  warmupSteps: number,
  stepsPerEpoch: number,
  epochs: number,
): number {
  const epoch = Math.floor(step / stepsPerEpoch);
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'step':
      return schedule.rate * schedule.factor ** Math.floor(epoch / schedule.every);
    case 'list':
      return schedule.rates[Math.min(epoch, schedule.rates.length - 1)]!;
    case 'cosine': {
      const length = Math.max(1, epochs * stepsPerEpoch - warmupSteps);
      const progress = Math.min(1, Math.max(0, step - warmupSteps) / length);
      return schedule.final + (schedule.rate - schedule.final) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }
}
