import type { LayerDraft, NetworkBuilder } from '../network-builder.js';
import type { Node } from '../node.js';
import type { LayerValue } from '../values.js';

/** A factor and a summand for each channel: a convolution that has one weight a channel. */
export function addChannelAffine(
  node: Node,
  network: NetworkBuilder,
  input: LayerValue,
  factors: Float32Array,
  summands: Float32Array | null,
): void {
  const { channels } = input.shape;
  network.add(
    node,
    { kind: 'convolution', kernel: 1, filters: channels, groups: channels, bias: summands !== null },
    input.shape,
    [input],
    { kernel: factors, ...(summands && { bias: summands }) },
  );
}

/** Whether a layer is one of those, and is not a convolution of the file: those have their kernel's height and width. */
export function isChannelAffine(draft: LayerDraft | undefined): draft is LayerDraft {
  if (draft?.fields.kind !== 'convolution') return false;
  const { kernel, groups, filters } = draft.fields;
  return kernel === 1 && groups === filters;
}

/** Lets a factor or a summand for each channel be part of such a layer before it, which nobody else reads: of a batch normalisation that is written as its steps one remains. */
export function joinAffine(
  node: Node,
  network: NetworkBuilder,
  index: number,
  change: { readonly factors: Float32Array } | { readonly summands: Float32Array },
): boolean {
  const value = network.layerValue(node, index);
  const draft = network.draftOf(value);
  if (!isChannelAffine(draft) || !network.isReadOnce(node.inputs[index]!)) return false;
  const { kernel, bias } = draft.tensors as { kernel: Float32Array; bias?: Float32Array };
  if ('factors' in change) {
    const { factors } = change;
    draft.tensors.kernel = kernel.map((factor, i) => factor * factors[i]!);
    if (bias) draft.tensors.bias = bias.map((summand, i) => summand * factors[i]!);
  } else {
    if (!bias) return false;
    draft.tensors.bias = bias.map((summand, i) => summand + change.summands[i]!);
  }
  network.set(node.outputs[0]!, value);
  return true;
}
