import type { Kernels } from '../kernels.js';
import { activations } from './activations.js';
import * as assembly from './assembly.js';
import * as augment from './augment.js';
import * as borders from './borders.js';
import * as channels from './channels.js';
import * as convolution from './convolution.js';
import * as depthwise from './depthwise.js';
import * as draws from './draws.js';
import * as dropout from './dropout.js';
import * as groupNormalization from './group-normalization.js';
import * as joins from './joins.js';
import * as lanes from './lanes.js';
import * as locallyConnected from './locally-connected.js';
import * as losses from './losses.js';
import * as optimizers from './optimizers.js';
import * as parameters from './parameters.js';
import * as pooledChannels from './pooled-channels.js';
import * as pooling from './pooling.js';
import * as prelu from './prelu.js';
import * as products from './products.js';
import * as regression from './regression.js';
import * as responseNormalization from './response-normalization.js';
import * as rowNormalization from './row-normalization.js';
import * as softmax from './softmax.js';
import * as trainablePooling from './trainable-pooling.js';
import * as winograd from './winograd.js';

/**
 * The kernels as plain loops: the specification that every native set is held against, and the fallback where none can be
 * built. Sums run in float64 and are rounded to float32 when stored. Never optimised, and without checks: it works on arrays of either
 * precision.
 */
export const referenceKernels: Kernels = {
  name: 'reference',
  activations,
  ...assembly,
  ...augment,
  ...borders,
  ...channels,
  ...pooledChannels,
  ...convolution,
  ...depthwise,
  ...draws,
  ...dropout,
  ...groupNormalization,
  ...joins,
  ...lanes,
  ...locallyConnected,
  ...losses,
  ...optimizers,
  ...parameters,
  ...pooling,
  ...prelu,
  ...products,
  ...regression,
  ...responseNormalization,
  ...rowNormalization,
  ...softmax,
  ...trainablePooling,
  ...winograd,
};
