import { activationSchema, makeActivation } from './activation.js';

/** y = max(x, 0); dx = dy where y > 0. At 0 the gradient is 0. */
export const relu = makeActivation({
  kind: 'relu',
  schema: activationSchema('relu'),
  reads: 'output',
});
