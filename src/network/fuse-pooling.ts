import type { ReluConfig } from '../layers/activations/relu.js';
import type { LayerConfig } from '../layers/layer.js';
import {
  type BatchNormalizationConfig,
  batchNormalization,
} from '../layers/normalization/batch-normalization.js';
import { POOLED_WINDOW } from '../layers/normalization/pooled-maps.js';
import { maxPooling } from '../layers/pooling/max-pooling.js';
import { type PoolingWindow, windowOver } from '../layers/pooling/pooling.js';
import { describeWindow } from '../layers/window.js';
import type { FlatStep, FlatSteps } from './flatten.js';

/**
 * The network with each max pooling of 2×2 left to the batch normalisation in front of it, in lanes: that writes the maxima alone, a quarter of what
 * it would write, and backward needs no map of their gradients. A ReLU may stand between them, which is left to it already (see
 * fuseRectifiers). The bits are those of all of them one after the other. What lay between them is made by no step any longer.
 */
export function fusePooling({ tensors, steps, heads }: FlatSteps): FlatSteps {
  const ofHeads = new Set(heads.values());
  const readers = new Map(steps.flatMap((step) => step.inputs.map((input) => [input, step] as const)));
  /** The only step that reads what one makes; a head may read it instead. */
  const behind = ({ outputs }: FlatStep): FlatStep | undefined =>
    ofHeads.has(outputs[0]!) ? undefined : readers.get(outputs[0]!);
  const left = new Set<FlatStep>();
  const fused = steps.map((step): FlatStep => {
    if (step.kind !== batchNormalization || step.layout !== 'lanes') return step;
    const next = behind(step);
    const between = next && (next.config as ReluConfig).leftTo === step.config.kind ? [next] : [];
    const pooling = between[0] ? behind(between[0]) : next;
    if (!pooling || !isHalving(pooling, tensors)) return step;
    for (const one of [...between, pooling]) left.add(one);
    const config = { ...(step.config as BatchNormalizationConfig), pooled: true };
    const input = tensors[step.inputs[0]!]!.shape;
    const layer = batchNormalization.plan(config, input, step.name, step.layout);
    return { ...step, config, layer, outputs: pooling.outputs };
  });
  return { tensors, heads, steps: fused.filter((_, i) => !left.has(steps[i]!)) };
}

function isHalving({ kind, config, inputs }: FlatStep, tensors: FlatSteps['tensors']): boolean {
  if (kind !== maxPooling) return false;
  const window = windowOver(config as LayerConfig & PoolingWindow, tensors[inputs[0]!]!.shape);
  return describeWindow(window) === describeWindow(POOLED_WINDOW);
}
