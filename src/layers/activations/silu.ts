import { activationSchema, makeActivation } from './activation.js';

/**
 * y = x / (1 + e^(−x)) (Elfwing, Uchibe and Doya, 2018; Swish with beta 1: Ramachandran, Zoph and Le, 2017); dx = dy·σ·(1 + x·(1 − σ)), σ being
 * 1 / (1 + e^(−x)). It falls before it rises, so backward reads the input.
 */
export const silu = makeActivation({
  kind: 'silu',
  schema: activationSchema('silu'),
  formula: 'x / (1 + e^(−x)); others call it Swish',
  reads: 'input',
});
