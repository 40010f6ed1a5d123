import { UserError } from '../core/errors.js';
import type { LayerConfig } from '../layers/layer.js';
import { LOSSES } from '../layers/loss.js';
import type { LossSite } from './heads.js';
import type { NamedComposite, NamedLayer } from './named-layers.js';

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
    const left = leaveTo(loss, layer);
    if (left === null) continue;
    const reader = layers.find(({ sources }) => sources.includes(place));
    if (reader) {
      throw new UserError(
        `${layer.where}: expected a layer that nobody reads but its head, whose loss ${loss} computes ${LOSSES[loss]!.holds} itself, ` +
          `found ${reader.name}. Put the head on the layer before it.`,
      );
    }
    fused[place] = left;
  }
  return fused;
}

/** The layer without what the loss computes itself: it, or the last one of its only branch; null if it has nothing of that. */
function leaveTo(loss: string, layer: NamedLayer): NamedLayer | null {
  const { config, composite } = layer;
  if (config.kind === LOSSES[loss]!.holds) {
    return { ...layer, config: { ...config, leftTo: loss } as LayerConfig };
  }
  if (composite?.branches.length !== 1) return null;
  const [branch] = composite.branches as [NamedComposite['branches'][number]];
  const end = branch.layers.at(-1);
  const left = end ? leaveTo(loss, end) : null;
  if (left === null) return null;
  const layers = [...branch.layers.slice(0, -1), left];
  return { ...layer, composite: { ...composite, branches: [{ ...branch, layers }] } };
}
