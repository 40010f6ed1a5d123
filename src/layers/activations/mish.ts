import { activationSchema, makeActivation } from './activation.js';

/**
 * y = x·tanh(ln(1 + e^x)) (Misra, BMVC 2020); with t the tangent and σ = 1 / (1 + e^(−x)), dx = dy·(t + x·σ·(1 − t²)). It falls before it
 * rises, so backward reads the input.
 */
export const mish = makeActivation({
  kind: 'mish',
  schema: activationSchema('mish'),
  formula: 'x·tanh(ln(1 + e^x))',
  reads: 'input',
});
