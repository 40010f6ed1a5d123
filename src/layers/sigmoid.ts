import { activationSchema, bindActivation, planActivation } from './activation.js';
import type { LayerKind } from './layer.js';

/** y = 1 / (1 + e^(−x)); dx = dy·y·(1 − y). */
export const sigmoid: LayerKind = {
  kind: 'sigmoid',
  schema: activationSchema('sigmoid'),
  plan: (_config, input) => planActivation(input),
  suitsLanes: () => true,
  bind: (_config, site) => bindActivation(site, site.kernels.sigmoidForward, site.kernels.sigmoidBackward),
};
