import { activationSchema, bindActivation, planActivation } from './activation.js';
import type { LayerKind } from './layer.js';

/** y = tanh x; dx = dy·(1 − y²). */
export const tanh: LayerKind = {
  kind: 'tanh',
  schema: activationSchema('tanh'),
  plan: (_config, input) => planActivation(input),
  suitsLanes: () => true,
  bind: (_config, site) => bindActivation(site, site.kernels.tanhForward, site.kernels.tanhBackward),
};
