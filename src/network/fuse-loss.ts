import { UserError } from '../core/errors.js';
import type { LayerConfig } from '../layers/layer.js';
import { LOSSES } from '../layers/loss.js';
import type { LossSite } from './heads.js';
import type { NamedLayer } from './named-layers.js';

/**
 * The layers in front of losses. One that its loss computes itself is left to it: its output is its input, so that nothing is computed twice, and
 * the network's outputs, predictions and training are those without it.
 *
 * @throws UserError if others read such a layer, who need what it computes
 */
export function fuseLosses(
  layers: readonly NamedLayer[],
  losses: readonly LossSite[],
): readonly NamedLayer[] {
  const fused = [...layers];
  for (const { place, kind: loss } of losses) {
    const layer = layers[place]!;
    if (layer.config.kind !== LOSSES[loss]!.holds) continue;
    const reader = layers.find(({ sources }) => sources.includes(place));
    if (reader) {
      throw new UserError(
        `${layer.where}: expected a layer that nobody reads but its head, whose loss ${loss} computes ${layer.config.kind} itself, ` +
          `found ${reader.name}. Put the head on the layer before it.`,
      );
    }
    fused[place] = { ...layer, config: { ...layer.config, leftTo: loss } as LayerConfig };
  }
  return fused;
}
