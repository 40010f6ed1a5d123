import { positiveSingle, singleNumber } from '../single-number.js';
import { activationSchema, makeActivation } from './activation.js';

const schema = activationSchema('softplus').extend({
  beta: positiveSingle.default(1),
  /** Of beta·x, above which the layer is the identity. */
  threshold: singleNumber.default(20),
});

/**
 * y = ln(1 + e^(beta·x)) / beta, and x where beta·x is above the threshold, as in PyTorch; dx = dy / (1 + e^(−beta·x)), and dy there. Near a
 * low threshold the output does not tell on which side of it the input was, so backward reads the input.
 */
export const softplus = makeActivation({
  kind: 'softplus',
  schema,
  formula: 'ln(1 + e^(beta·x)) / beta; x where beta·x is above the threshold',
  options: ['beta', 'threshold'],
  reads: 'input',
  describe: ({ beta, threshold }) => `beta ${beta}, threshold ${threshold}`,
  choose: ({ beta, threshold }) => ({ name: 'softplus', coefficient: beta, threshold }),
});
