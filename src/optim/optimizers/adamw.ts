import { z } from 'zod';
import { adamFields } from './adam.js';
import { planAdam, slotsOfAdam } from './adam-passes.js';
import type { OptimizerKindOf } from './optimizer.js';

const schema = z.strictObject({
  kind: z.literal('adamw'),
  ...adamFields,
  /** Of a step: w −= rate·weightDecay·w, apart from the gradients. */
  weightDecay: z.number().nonnegative().default(0.01),
});

export type AdamwOptions = z.output<typeof schema>;

/** AdamW (Loshchilov and Hutter, ICLR 2019), as PyTorch defines it: Adam whose weight decay is decoupled from the gradients. */
export const adamw: OptimizerKindOf<typeof schema> = {
  kind: 'adamw',
  schema,
  slots: slotsOfAdam,
  reduces: true,
  plan: (site, { weightDecay, ...options }) => planAdam(site, { ...options, penalty: 0, decay: weightDecay }),
};
