import type { LayerConfig } from '../../src/layers/layer.js';
import { INPUT } from '../../src/network/inputs.js';
import { type NamedLayer, nameLayers } from '../../src/network/named-layers.js';
import type { NetworkSpec } from '../../src/network/spec.js';

/** The same network without composites: every layer by its full name, with what it reads by name. */
export function writeOut(network: NetworkSpec): NetworkSpec {
  const layers: LayerConfig[] = [];
  /** Adds layers that stand together; gives the name of what the last of them makes. */
  const add = (input: string, siblings: readonly NamedLayer[]): string => {
    for (const { name, config, composite, sources } of siblings) {
      const inputs = sources.map((place) => (place === INPUT ? input : siblings[place]!.name));
      if (composite) {
        const ends = composite.branches.map((branch) => add(inputs[0]!, branch.layers));
        layers.push({ kind: composite.join, name, inputs: ends });
      } else layers.push({ ...config, name, inputs });
    }
    return siblings.at(-1)?.name ?? input;
  };
  add('input', nameLayers(network));
  return { ...network, layers: layers as NetworkSpec['layers'] };
}
