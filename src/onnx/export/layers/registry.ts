import type { WriteLayer } from '../layer-site.js';
import {
  writeAs,
  writeElu,
  writeGelu,
  writeHardSigmoid,
  writeLeakyRelu,
  writeMish,
  writePrelu,
  writeRelu6,
  writeSilu,
  writeSoftplus,
} from './activations.js';
import { writeConvolution, writeFullyConnected, writeLocallyConnected } from './convolution.js';
import {
  passOn,
  writeAdd,
  writeChannelPadding,
  writeConcat,
  writeGate,
  writeMultiply,
  writeSoftmax,
} from './joints.js';
import {
  writeBatchNormalization,
  writeGroupNormalization,
  writeLayerNormalization,
  writeLocalResponse,
} from './normalization.js';
import { writeAveragePooling, writeMaxPooling, writeTrainablePooling } from './pooling.js';

/** How each kind of step is written: those of layers, those that composites are made of, and those that the plan puts in between. */
export const LAYER_WRITERS: Readonly<Record<string, WriteLayer>> = {
  convolution: writeConvolution,
  'fully-connected': writeFullyConnected,
  'locally-connected': writeLocallyConnected,
  'max-pooling': writeMaxPooling,
  'average-pooling': writeAveragePooling,
  'trainable-pooling': writeTrainablePooling,
  'batch-normalization': writeBatchNormalization,
  'group-normalization': writeGroupNormalization,
  'layer-normalization': writeLayerNormalization,
  'local-response-normalization': writeLocalResponse,
  'channel-padding': writeChannelPadding,
  dropout: passOn,
  'stochastic-depth': passOn,
  multiply: writeMultiply,
  softmax: writeSoftmax,
  relu: writeAs('Relu'),
  relu6: writeRelu6,
  'leaky-relu': writeLeakyRelu,
  prelu: writePrelu,
  elu: writeElu,
  gelu: writeGelu,
  silu: writeSilu,
  'hard-sigmoid': writeHardSigmoid,
  'hard-swish': writeAs('HardSwish'),
  softplus: writeSoftplus,
  mish: writeMish,
  sigmoid: writeAs('Sigmoid'),
  tanh: writeAs('Tanh'),
  identity: passOn,
  pointwise: writeConvolution,
  add: writeAdd,
  concat: writeConcat,
  fork: passOn,
  gate: writeGate,
  relayout: passOn,
};
