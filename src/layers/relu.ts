import { activationSchema, bindActivation, planActivation } from './activation.js';
import type { LayerKind } from './layer.js';

/** y = max(x, 0); dx = dy where y > 0. At 0 the gradient is 0. */
export const relu: LayerKind = {
  kind: 'relu',
  schema: activationSchema('relu'),
  plan: (_config, input) => planActivation(input),
  suitsLanes: () => true,
  bind: (_config, site) => bindActivation(site, site.kernels.reluForward, site.kernels.reluBackward),
};
