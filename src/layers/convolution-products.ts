import type { BlockPass, UnitPass } from './layer.js';

/** Passes of a convolution's products, however they are computed. */
export interface LanePasses {
  readonly prepare: readonly BlockPass[];
  readonly forward: UnitPass;
  readonly inputGradient: UnitPass;
}
