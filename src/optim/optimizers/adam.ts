import { z } from 'zod';
import { planAdam, slotsOfAdam } from './adam-passes.js';
import type { OptimizerKindOf } from './optimizer.js';

/** What Adam and AdamW have in common, with PyTorch's defaults. */
export const adamFields = {
  /** What the means of the gradient and of its square keep of themselves in a step. */
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  /** Added to the root, behind it. */
  epsilon: z.number().min(1e-30).default(1e-8),
  /** Divides by the greatest mean square so far (Reddi, Kale and Kumar, ICLR 2018). */
  amsgrad: z.boolean().default(false),
};

const schema = z.strictObject({
  kind: z.literal('adam'),
  ...adamFields,
  /** λ of ½λ‖w‖², whose gradient is added to the loss's. */
  weightDecay: z.number().nonnegative().default(0),
});

export type AdamOptions = z.output<typeof schema>;

/** Adam (Kingma and Ba, ICLR 2015), as PyTorch defines it: see planAdam. */
export const adam: OptimizerKindOf<typeof schema> = {
  kind: 'adam',
  schema,
  slots: slotsOfAdam,
  reduces: true,
  penaltyOf: ({ weightDecay }) => weightDecay,
  plan: (site, { weightDecay, ...options }) => planAdam(site, { ...options, penalty: weightDecay, decay: 0 }),
};
