import { add } from './add.js';
import { averagePooling } from './average-pooling.js';
import { batchNormalization } from './batch-normalization.js';
import { channelPadding } from './channel-padding.js';
import { concat } from './concat.js';
import { convolution } from './convolution.js';
import { dropout } from './dropout.js';
import { elu } from './elu.js';
import { fork } from './fork.js';
import { fullyConnected } from './fully-connected.js';
import { gelu } from './gelu.js';
import { identity } from './identity.js';
import type { JointKind, LayerKind, StepKind } from './layer.js';
import { leakyRelu } from './leaky-relu.js';
import { maxPooling } from './max-pooling.js';
import { multiply } from './multiply.js';
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
  'channel-padding': channelPadding,
  dropout,
  multiply,
  relu,
  'leaky-relu': leakyRelu,
  prelu,
  elu,
  gelu,
  sigmoid,
  tanh,
  identity,
};

/** Every kind of step that the plan puts in between layers. */
export const JOINT_KINDS = { add, concat, fork, relayout } as const satisfies Readonly<
  Record<string, JointKind>
>;

/** The kind of a planned step. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function findKind(kind: string): StepKind<any> {
  return LAYER_KINDS[kind] ?? JOINT_KINDS[kind as keyof typeof JOINT_KINDS];
}
