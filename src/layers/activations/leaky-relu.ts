import { singleNumber } from '../single-number.js';
import { activationSchema, makeActivation } from './activation.js';

const schema = activationSchema('leaky-relu').extend({
  /** Below zero; not negative, so that the output tells which side the input was on. */
  slope: singleNumber.nonnegative().default(0.01),
});

/** y = x where x > 0, else slope·x (Maas, Hannun and Ng, ICML 2013); dx = dy where y > 0, else slope·dy. */
export const leakyRelu = makeActivation({
  kind: 'leaky-relu',
  schema,
  formula: 'x above zero, below it slope·x; slope is at least 0',
  options: ['slope'],
  reads: 'output',
  describe: ({ slope }) => String(slope),
  choose: ({ slope }) => ({ name: 'leaky-relu', coefficient: slope }),
});
