import { activationSchema, makeActivation } from './activation.js';

/** y = min(max(x, 0), 6) (Krizhevsky 2010); dx = dy where 0 < y < 6. At 0 and 6 the gradient is 0. */
export const relu6 = makeActivation({
  kind: 'relu6',
  schema: activationSchema('relu6'),
  formula: 'x between 0 and 6, 0 below, 6 above',
  reads: 'output',
});
