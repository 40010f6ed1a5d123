import { activationSchema, makeActivation } from './activation.js';

/** y = 1 / (1 + e^(−x)); dx = dy·y·(1 − y). */
export const sigmoid = makeActivation({
  kind: 'sigmoid',
  schema: activationSchema('sigmoid'),
  reads: 'output',
});
