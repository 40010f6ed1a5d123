import type { Normalization } from '../run/normalize.js';
import type { ResolvedRunSpec } from '../run/spec.js';

/** A trained network with all that it takes to use it; what `train` gives is one. */
export interface Checkpoint {
  readonly spec: ResolvedRunSpec;
  /** Of the first outputs of the network, in order; empty for a regression. */
  readonly classNames: readonly string[];
  /** Of the outputs of a regression. */
  readonly targetNames?: readonly string[];
  /** How the network's input is made from pixels. */
  readonly normalization: Normalization;
  /** Parameters and running statistics, one after another in the plan's order. */
  readonly weights: Float32Array;
}
