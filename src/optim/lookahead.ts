import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.js';
import type { Batch, BlockPass } from '../layers/pass.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan, Slot } from '../network/plan.js';
import { listSegments, listStateSegments } from './segments.js';

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
 * statistics; velocities stay. The training ends on the slow weights. Parameters are cut up as for the update, so that each worker averages what it
 * has just written.
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
  const averageWeights = kernels.bindAverageWeights({ w: weights, slow: options.slow });
  const average = (name: string, pieces: readonly Slot[]): BlockPass => ({
    name,
    over: 'blocks',
    waits: false,
    blocks: pieces.length,
    run(first, count) {
      const share = shareAt(options, batch.step + 1, course);
      if (share === null) return;
      for (let i = first; i < first + count; i++) {
        const { offset, size } = pieces[i]!;
        averageWeights(share, offset, size);
      }
    },
  });
  const parameters = listSegments(plan).map(({ parameter, first, count }) => ({
    offset: parameter.offset + first,
    size: count,
  }));
  return [average('weight average', parameters), average('statistics average', listStateSegments(plan))];
}
