import type { OutputNames } from '../dataset/output-names.js';
import type { PictureReading } from '../image/read-image.js';
import type { Normalization } from '../run/normalize.js';
import type { ResolvedRunSpec } from '../run/spec.js';

/** A trained network with all that it takes to use it, what its first outputs are called among it; what `train` gives is one. */
export interface Checkpoint extends OutputNames {
  readonly spec: ResolvedRunSpec;
  /** Of the data set that it was trained on; unknown of a network from elsewhere, and of older files. */
  readonly datasetSha256?: string;
  /** How the pictures that it was trained on were read, where that was said. */
  readonly pictures?: PictureReading;
  /** How the network's input is made from pixels. */
  readonly normalization: Normalization;
  /** Parameters and running statistics, one after another in the plan's order. */
  readonly weights: Float32Array;
}
