import { elu } from './activations/elu.js';
import { gelu } from './activations/gelu.js';
import { hardSigmoid } from './activations/hard-sigmoid.js';
import { hardSwish } from './activations/hard-swish.js';
import { identity } from './activations/identity.js';
import { leakyRelu } from './activations/leaky-relu.js';
import { mish } from './activations/mish.js';
import { prelu } from './activations/prelu.js';
import { relu } from './activations/relu.js';
import { relu6 } from './activations/relu6.js';
import { sigmoid } from './activations/sigmoid.js';
import { silu } from './activations/silu.js';
import { softplus } from './activations/softplus.js';
import { tanh } from './activations/tanh.js';
import { channelPadding } from './channel-padding.js';
import { convolution } from './convolution/convolution.js';
import { fullyConnected } from './convolution/fully-connected.js';
import { locallyConnected } from './convolution/locally-connected.js';
import { pointwise } from './convolution/pointwise.js';
import { dropout } from './dropout.js';
import { add } from './joints/add.js';
import { concat } from './joints/concat.js';
import { fork } from './joints/fork.js';
import { gate } from './joints/gate.js';
import { relayout } from './joints/relayout.js';
import type { JointKind, LayerKinds } from './layer.js';
import { multiply } from './multiply.js';
import { batchNormalization } from './normalization/batch-normalization.js';
import { groupNormalization } from './normalization/group-normalization.js';
import { layerNormalization } from './normalization/layer-normalization.js';
import { localResponseNormalization } from './normalization/local-response-normalization.js';
import { averagePooling } from './pooling/average-pooling.js';
import { maxPooling } from './pooling/max-pooling.js';
import { trainablePooling } from './pooling/trainable-pooling.js';
import { softmax } from './softmax.js';
import { stochasticDepth } from './stochastic-depth.js';

const BUILT_IN = {
  convolution,
  'fully-connected': fullyConnected,
  'locally-connected': locallyConnected,
  'max-pooling': maxPooling,
  'average-pooling': averagePooling,
  'trainable-pooling': trainablePooling,
  'batch-normalization': batchNormalization,
  'group-normalization': groupNormalization,
  'layer-normalization': layerNormalization,
  'local-response-normalization': localResponseNormalization,
  'channel-padding': channelPadding,
  dropout,
  'stochastic-depth': stochasticDepth,
  multiply,
  softmax,
  relu,
  relu6,
  'leaky-relu': leakyRelu,
  prelu,
  elu,
  gelu,
  silu,
  'hard-sigmoid': hardSigmoid,
  'hard-swish': hardSwish,
  softplus,
  mish,
  sigmoid,
  tanh,
  identity,
} satisfies LayerKinds;

/** The same with the type of each, from which follows what a user may write: see WrittenLayer. */
export type BuiltInKinds = typeof BUILT_IN;

/** Every kind of layer that is built in. */
export const LAYER_KINDS: LayerKinds = BUILT_IN;

/** Kinds of layer that composites are made of, which specs cannot name. */
export const INNER_KINDS: LayerKinds = { pointwise };

/** Every kind of step that the plan puts in between layers. */
export const JOINT_KINDS = { add, concat, fork, gate, relayout } as const satisfies Readonly<
  Record<string, JointKind>
>;

export function isBuiltIn(kind: { readonly kind: string }): boolean {
  return [LAYER_KINDS, INNER_KINDS, JOINT_KINDS].some((table) =>
    Object.values(table).includes(kind as never),
  );
}

/** The names of the kinds that are activations. */
export function listActivations(kinds: LayerKinds): string[] {
  return Object.keys(kinds).filter((name) => kinds[name]!.role === 'activation');
}
