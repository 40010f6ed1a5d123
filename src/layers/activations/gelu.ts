import { z } from 'zod';
import { activationSchema, makeActivation } from './activation.js';

const schema = activationSchema('gelu').extend({
  /** `none`: with the normal distribution itself; `tanh`: with the paper's approximation, at most 5e-4 off and a third quicker. */
  approximate: z.enum(['none', 'tanh']).default('none'),
});

/**
 * y = x·Φ(x), Φ being the standard normal distribution (Hendrycks and Gimpel, 2016); dx = dy·(Φ(x) + x·φ(x)). It falls before it
 * rises, so the output does not tell the input, and the layer cannot work in place.
 */
export const gelu = makeActivation({
  kind: 'gelu',
  schema,
  reads: 'input',
  describe: ({ approximate }) => (approximate === 'tanh' ? 'by tanh' : ''),
  choose: ({ approximate }) => ({ name: approximate === 'tanh' ? 'gelu-tanh' : 'gelu', coefficient: 0 }),
});
