import type { NetworkBuilder } from '../network-builder.js';
import type { LayerValue } from '../values.js';

/** Inputs of which no two are of one layer. */
export function separate(network: NetworkBuilder, inputs: readonly LayerValue[]): readonly LayerValue[] {
  const seen = new Set<string>();
  return inputs.map((input) => {
    if (seen.has(input.layer)) return network.again(input);
    seen.add(input.layer);
    return input;
  });
}
