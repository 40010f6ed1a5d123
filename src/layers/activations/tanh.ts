import { activationSchema, makeActivation } from './activation.js';

/** y = tanh x; dx = dy·(1 − y²). */
export const tanh = makeActivation({
  kind: 'tanh',
  schema: activationSchema('tanh'),
  reads: 'output',
});
