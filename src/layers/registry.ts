import { averagePooling } from './average-pooling.js';
import { batchNormalization } from './batch-normalization.js';
import { convolution } from './convolution.js';
import { dropout } from './dropout.js';
import { elu } from './elu.js';
import { fullyConnected } from './fully-connected.js';
import { gelu } from './gelu.js';
import { identity } from './identity.js';
import type { LayerKind } from './layer.js';
import { leakyRelu } from './leaky-relu.js';
import { maxPooling } from './max-pooling.js';
import { prelu } from './prelu.js';
import { relayout } from './relayout.js';
import { relu } from './relu.js';
import { sigmoid } from './sigmoid.js';
import { tanh } from './tanh.js';
import { trainablePooling } from './trainable-pooling.js';

/** Every kind of layer by its name in a spec. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has its own configuration, checked by its own schema
export const LAYER_KINDS: Readonly<Record<string, LayerKind<any>>> = {
  convolution,
  'fully-connected': fullyConnected,
  'max-pooling': maxPooling,
  'average-pooling': averagePooling,
  'trainable-pooling': trainablePooling,
  'batch-normalization': batchNormalization,
  dropout,
  relu,
  'leaky-relu': leakyRelu,
  prelu,
  elu,
  gelu,
  sigmoid,
  tanh,
  identity,
};

/** The kind of a planned step: one that a spec can name, or one that the plan puts in. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function findKind(kind: string): LayerKind<any> {
  return kind === relayout.kind ? relayout : LAYER_KINDS[kind]!;
}
