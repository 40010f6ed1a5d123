import type { LayerConfig } from '../layers/layer.js';
import { LOSSES } from '../layers/loss.js';
import type { NamedLayer } from './named-layers.js';

/**
 * The layers in front of a loss. A last one which that loss computes itself is left to it: its output is its input, so that nothing is computed twice, and
 * the network's outputs, predictions and training are those without it.
 */
export function fuseLoss(layers: readonly NamedLayer[], loss: string): readonly NamedLayer[] {
  const last = layers.at(-1);
  if (last === undefined || last.config.kind !== LOSSES[loss]!.holds) return layers;
  return [...layers.slice(0, -1), { ...last, config: { ...last.config, leftTo: loss } as LayerConfig }];
}
