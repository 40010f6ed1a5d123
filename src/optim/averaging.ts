import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.js';
import type { Batch, BlockPass } from '../layers/pass.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan } from '../network/plan.js';
import { planAverage } from './weight-passes.js';

/** An exponential moving average of the weights (Polyak and Juditsky 1992; PyTorch's get_ema_avg_fn): see planAveraging. */
export const averagingSchema = z.strictObject({
  /** What the average keeps of itself. */
  decay: z.number().min(0).lt(1).default(0.999),
  /** Steps from one time to the next. */
  every: z.int().min(1).default(1),
});

export type Averaging = z.output<typeof averagingSchema>;

/**
 * How far the average moves to the weights after so many steps; null if it stays. Until the first time it is the weights themselves, so that it has
 * none of their initial values in it.
 *
 * @param done steps, the one at hand with them
 */
export function averagingShareAt({ decay, every }: Averaging, done: number): number | null {
  if (done <= every) return 1;
  return done % every === 0 ? 1 - decay : null;
}

/**
 * Passes behind the update, and behind lookahead's: average = decay·average + (1 − decay)·w, for parameters and running statistics alike. The
 * weights themselves go on as if nobody looked.
 *
 * @param average in the places of the weights; overwritten
 */
export function planAveraging(
  {
    plan,
    memory: { weights },
    kernels,
    batch,
  }: { plan: NetworkPlan; memory: Pick<ModelMemory, 'weights'>; kernels: Kernels; batch: Batch },
  { average, ...averaging }: Averaging & { readonly average: Float32Array },
): BlockPass[] {
  const follow = kernels.bindFollowWeights({ w: weights, average });
  return planAverage(plan, 'moving average', () => averagingShareAt(averaging, batch.step + 1), follow);
}
