import { singleNumber } from '../single-number.js';
import { activationSchema, makeActivation } from './activation.js';

const schema = activationSchema('elu').extend({
  /** The output goes down to −alpha; not negative, so that it tells which side the input was on. */
  alpha: singleNumber.nonnegative().default(1),
});

/**
 * y = x where x > 0, else alpha·(e^x − 1) (Clevert, Unterthiner and Hochreiter, ICLR 2016); dx = dy where y > 0, else dy·(y + alpha),
 * which is dy·alpha·e^x.
 */
export const elu = makeActivation({
  kind: 'elu',
  schema,
  formula: 'x above zero, below it alpha·(e^x − 1); alpha is at least 0',
  options: ['alpha'],
  reads: 'output',
  describe: ({ alpha }) => String(alpha),
  choose: ({ alpha }) => ({ name: 'elu', coefficient: alpha }),
});
