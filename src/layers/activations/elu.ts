import { z } from 'zod';
import { activationSchema, makeActivation } from './activation.js';

const schema = activationSchema('elu').extend({
  /** The output goes down to −alpha; not negative, so that it tells which side the input was on. */
  alpha: z.number().nonnegative().default(1),
});

/**
 * y = x where x > 0, else alpha·(e^x − 1) (Clevert, Unterthiner and Hochreiter, ICLR 2016); dx = dy where y > 0, else dy·(y + alpha),
 * which is dy·alpha·e^x.
 */
export const elu = makeActivation({
  kind: 'elu',
  schema,
  reads: 'output',
  describe: ({ alpha }) => String(alpha),
  choose: ({ alpha }) => ({ name: 'elu', coefficient: alpha }),
});
