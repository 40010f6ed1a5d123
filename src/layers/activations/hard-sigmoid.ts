import { activationSchema, makeActivation } from './activation.js';

/** y = min(max(x + 3, 0), 6) / 6 (Howard et al., ICCV 2019; PyTorch's); dx = dy/6 from −3 to 3, 0 beyond, where y is 0 or 1. */
export const hardSigmoid = makeActivation({
  kind: 'hard-sigmoid',
  schema: activationSchema('hard-sigmoid'),
  formula: '(x + 3) / 6 between −3 and 3, 0 below, 1 above',
  reads: 'output',
});
