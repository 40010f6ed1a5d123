import { activationSchema, makeActivation } from './activation.js';

/**
 * y = x·min(max(x + 3, 0), 6) / 6 (Howard et al., ICCV 2019); dx = dy·(x/3 + ½) from −3 to 3, 0 below, dy above. It falls before it rises, so
 * backward reads the input.
 */
export const hardSwish = makeActivation({
  kind: 'hard-swish',
  schema: activationSchema('hard-swish'),
  formula: 'x·(x + 3) / 6 between −3 and 3, 0 below, x above',
  reads: 'input',
});
