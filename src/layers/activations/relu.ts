import type { z } from 'zod';
import type { LayerConfig, LayerKind } from '../layer.js';
import { activationSchema, makeActivation } from './activation.js';
import { identity } from './identity.js';

const schema = activationSchema('relu');

export interface ReluConfig extends LayerConfig {
  /** The layer before it, which computes it: see fuseRectifiers. Never in a spec. */
  readonly leftTo?: string;
}

const alone = makeActivation({
  kind: 'relu',
  schema,
  formula: 'x above zero, 0 below it',
  reads: 'output',
});

/** y = max(x, 0); dx = dy where y > 0. At 0 the gradient is 0. */
export const relu: LayerKind<ReluConfig, z.input<typeof schema>> = {
  ...alone,
  bind({ leftTo }, site) {
    if (leftTo !== undefined) return identity.bind({ kind: 'identity' }, site);
    return alone.bind({ kind: 'relu' }, site);
  },
};
