import type { LayerConfig } from '../layers/layer.js';
import type { NamedLayer } from './named-layers.js';

/**
 * The layers with each ReLU left to the batch normalisation in front of it, which computes it in its own passes over memory: the bits are those of
 * both one after the other.
 *
 * @param heads places of layers that heads read
 */
export function fuseRectifiers(
  layers: readonly NamedLayer[],
  heads: readonly number[] = [],
): readonly NamedLayer[] {
  const reads = [...layers.flatMap(({ sources }) => sources), ...heads];
  const fused = layers.map(fuseInside);
  for (const [place, { config, sources }] of layers.entries()) {
    const [source] = sources as [number];
    const before = layers[source];
    if (config.kind !== 'relu' || before?.config.kind !== 'batch-normalization') continue;
    if (reads.filter((read) => read === source).length > 1) continue;
    fused[source] = withConfig(fused[source]!, { rectified: true });
    fused[place] = withConfig(fused[place]!, { leftTo: before.config.kind });
  }
  return fused;
}

function fuseInside(layer: NamedLayer): NamedLayer {
  if (!layer.composite) return layer;
  const branches = layer.composite.branches.map((branch) => ({
    ...branch,
    layers: fuseRectifiers(branch.layers),
  }));
  return { ...layer, composite: { ...layer.composite, branches } };
}

function withConfig(layer: NamedLayer, more: object): NamedLayer {
  return { ...layer, config: { ...layer.config, ...more } as LayerConfig };
}
