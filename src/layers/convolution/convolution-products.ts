import type { BlockPass, Pass } from '../pass.js';

/** Passes of a convolution's products, however they are computed. */
export interface LanePasses {
  readonly prepare: readonly BlockPass[];
  readonly forward: readonly Pass[];
  readonly inputGradient: readonly Pass[];
}
