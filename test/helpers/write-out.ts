import type { LayerConfig } from '../../src/layers/layer.js';
import { type NamedLayer, nameLayers } from '../../src/network/named-layers.js';
import type { NetworkSpec } from '../../src/network/spec.js';

/** The same network without composites: every layer by its full name, with what it reads by name. */
export function writeOut(network: NetworkSpec): NetworkSpec {
  const layers: LayerConfig[] = [];
  const add = (input: string, { name, config, composite }: NamedLayer): string => {
    if (composite) {
      const ends = composite.branches.map((branch) => branch.layers.reduce(add, input));
      layers.push({ kind: composite.join, name, inputs: ends });
    } else layers.push({ ...config, name, inputs: [input] });
    return name;
  };
  nameLayers(network).reduce(add, 'input');
  return { ...network, layers: layers as NetworkSpec['layers'] };
}
