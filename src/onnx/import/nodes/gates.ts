import type { LayerDraft, NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { LayerValue } from '../values.js';
import { readBendProduct } from './gelu.js';
import { traceBack } from './trace-back.js';

/** What x times a function of x is. */
const SELF_GATED: Readonly<Record<string, string>> = {
  sigmoid: 'silu',
  'hard-sigmoid': 'hard-swish',
  tanh: 'mish',
};

/** A product of two layers: an activation that is written so, or the gates of a squeeze-and-excitation. */
export function readGate(node: Node, network: NetworkBuilder): void {
  if (readBendProduct(node, network)) return;
  const values = [network.layerValue(node, 0), network.layerValue(node, 1)] as const;
  for (const [x, gate] of [values, [values[1], values[0]] as const]) {
    if (readSelfGated(node, network, x, gate) || readExcitation(node, network, x, gate)) return;
  }
  require(false, 'of two layers that is neither an activation nor a squeeze-and-excitation');
}

function readSelfGated(node: Node, network: NetworkBuilder, x: LayerValue, gate: LayerValue): boolean {
  const [last, before] = traceBack(network, gate, 2);
  const kind = last && SELF_GATED[last.fields.kind];
  if (!kind) return false;
  const bent = kind === 'mish' ? [last, before] : [last];
  const first = bent.at(-1);
  if (!first || first.inputs[0] !== x.layer) return false;
  if (kind === 'mish' && before!.fields.kind !== 'softplus') return false;
  for (const draft of bent) network.replaceLast(draft!);
  network.add(node, { kind }, x.shape, [x]);
  return true;
}

/** x times gate(W₂ relu(W₁ mean(x) + b₁) + b₂), a number for each channel. */
function readExcitation(node: Node, network: NetworkBuilder, x: LayerValue, gate: LayerValue): boolean {
  const chain = traceBack(network, gate, 5);
  const [gates, excite, relu, squeeze, mean] = chain;
  const kinds = chain.map(({ fields }) => fields.kind);
  const isProduct = (draft: LayerDraft | undefined) =>
    draft?.fields.kind === 'convolution' || draft?.fields.kind === 'fully-connected';
  if (
    !(kinds[0] === 'sigmoid' || kinds[0] === 'hard-sigmoid') ||
    !isProduct(excite) ||
    relu?.fields.kind !== 'relu' ||
    !isProduct(squeeze) ||
    mean?.fields.kind !== 'average-pooling' ||
    mean.fields.kernel !== 'global' ||
    mean.inputs[0] !== x.layer
  ) {
    return false;
  }
  const { channels } = x.shape;
  const numbers = squeeze!.shape.channels;
  const reduction = findReduction(channels, numbers);
  const isWhole = [squeeze!, excite!].every(({ tensors }) => tensors.kernel!.length === channels * numbers);
  if (reduction === null || excite!.shape.channels !== channels || !isWhole) return false;
  for (const draft of chain) network.replaceLast(draft);
  const tensors = Object.fromEntries(
    Object.entries({ squeeze: squeeze!, excite: excite! }).flatMap(([part, { tensors, shape }]) =>
      // Exporters leave out a bias of zeros.
      Object.entries({ bias: new Float32Array(shape.channels), ...tensors }).map(
        ([name, values]) => [`${part}.${name}`, values] as const,
      ),
    ),
  );
  network.add(
    node,
    { kind: 'squeeze-excitation', channels, reduction, gate: gates!.fields.kind },
    x.shape,
    [x],
    tensors,
  );
  return true;
}

/** By what channels are divided for so many numbers between, rounded down. */
function findReduction(channels: number, numbers: number): number | null {
  const whole = Math.floor(channels / numbers);
  return (
    [whole, channels / numbers].find((one) => Math.max(1, Math.floor(channels / one)) === numbers) ?? null
  );
}
