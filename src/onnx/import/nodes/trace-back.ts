import type { LayerDraft, NetworkBuilder } from '../network-builder.js';
import type { LayerValue } from '../values.js';

/** The layers that lead to a value, the last one first, as far as each reads the one before it alone and nothing else lies between. */
export function traceBack(network: NetworkBuilder, value: LayerValue, most: number): LayerDraft[] {
  const chain: LayerDraft[] = [];
  for (let draft = network.draftOf(value); draft && chain.length < most; ) {
    if (draft !== network.layers.at(-1 - chain.length)) break;
    chain.push(draft);
    draft = draft.inputs.length === 1 ? network.draftOf({ ...value, layer: draft.inputs[0]! }) : undefined;
  }
  return chain;
}
