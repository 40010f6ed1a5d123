import { z } from 'zod';

/** When a run ends before its last epoch. */
export const stoppingSchema = z.strictObject({
  /** Steps of the whole training. */
  maxIterations: z.int().min(1).nullable().default(null),
  /** The end is where no weight has moved by more than epsilon in a step, or from one epoch's end to the next's (backpropagation by hand). */
  minWeightChange: z
    .strictObject({
      epsilon: z.number().nonnegative(),
      per: z.enum(['iteration', 'epoch']).default('epoch'),
    })
    .nullable()
    .default(null),
  /** The end is where so many epochs running have not brought the validation loss below its lowest (chapter 15.2.3). */
  patience: z.int().min(1).nullable().default(null),
});
