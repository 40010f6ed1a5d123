import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.js';
import type { Batch, BlockPass } from '../layers/pass.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan } from '../network/plan.js';
import { planAverage } from './weight-passes.js';

/** Lookahead (Zhang, Lucas, Hinton and Ba, NeurIPS 2019): see planLookahead. */
export const lookaheadSchema = z.strictObject({
  /** Steps of the optimiser from one average to the next, the paper's k. */
  every: z.int().min(1),
  /** What the slow weights keep of themselves, 1 − α in the paper; with a power, at the end of the training. */
  decay: z.number().min(0).max(1).default(0.5),
  /** decay · (share of the training)^power. */
  power: z.number().nonnegative().default(0),
});

export type Lookahead = z.output<typeof lookaheadSchema>;

/** How far a training of so many steps goes, and where it is cut off at the latest. */
interface Course {
  readonly steps: number;
  readonly lastStep: number;
}

/**
 * How far slow weights move to the others after so many steps; null if they are left alone. After the last step not at all: then the
 * others become the slow ones.
 *
 * @param done steps, the one at hand with them
 */
export function shareAt({ every, decay, power }: Lookahead, done: number, course: Course): number | null {
  if (done % every === 0) return 1 - decay * (done / course.steps) ** power;
  return done === course.lastStep ? 0 : null;
}

/**
 * Passes behind the update: after every so many steps slow = decay·slow + (1 − decay)·w, then w = slow, for parameters and running
 * statistics; the optimizer's slots stay. The training ends on the slow weights.
 *
 * @param slow in the places of the weights, which they begin as; overwritten
 */
export function planLookahead(
  {
    plan,
    memory: { weights },
    kernels,
    batch,
  }: { plan: NetworkPlan; memory: Pick<ModelMemory, 'weights'>; kernels: Kernels; batch: Batch },
  options: Lookahead & { readonly slow: Float32Array },
  course: Course,
): BlockPass[] {
  const average = kernels.bindAverageWeights({ w: weights, slow: options.slow });
  return planAverage(plan, 'weight average', () => shareAt(options, batch.step + 1, course), average);
}
