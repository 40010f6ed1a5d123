import type { NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { LayerValue } from '../values.js';
import { isChannelAffine } from './affine.js';
import { shorten } from './normalization.js';
import type { ReadNode } from './read-node.js';
import { traceBack } from './trace-back.js';

/** How near to ⅙ a factor comes that is meant to be that. */
const NEAR = 1e-6;

/** A sixth of relu6(x + 3), as Keras has a hard sigmoid; false if it is none. */
export function readHardSigmoidScale(
  node: Node,
  network: NetworkBuilder,
  value: LayerValue,
  factor: number,
): boolean {
  if (Math.abs(factor - 1 / 6) > NEAR) return false;
  const [relu6, raised] = traceBack(network, value, 2);
  if (relu6?.fields.kind !== 'relu6' || !raised?.tensors.bias?.every((summand) => summand === 3))
    return false;
  network.replaceLast(relu6);
  const x = { ...value, layer: raised.name };
  if (isChannelAffine(raised) && raised.tensors.kernel!.every((one) => one === 1)) {
    network.replaceLast(raised);
    network.add(node, { kind: 'hard-sigmoid' }, x.shape, [{ ...x, layer: raised.inputs[0]! }]);
    return true;
  }
  raised.fields = { ...raised.fields, bias: false };
  delete raised.tensors.bias;
  network.add(node, { kind: 'hard-sigmoid' }, x.shape, [x]);
  return true;
}

/** relu(x) + factors·relu(−x), as Keras has a PReLU; false if it is none. */
export function readPreluSum(node: Node, network: NetworkBuilder): boolean {
  const values = [network.layerValue(node, 0), network.layerValue(node, 1)];
  const parts = network.layers.slice(-4);
  const [relu, affine] = [false, true].map((isAffine) =>
    values.map((value) => network.draftOf(value)).find((draft) => isChannelAffine(draft) === isAffine),
  );
  const bent = parts.find(({ name }) => name === affine?.inputs[0]);
  const negative = parts.find(({ name }) => name === bent?.inputs[0]);
  if (
    !affine ||
    affine.tensors.bias ||
    relu?.fields.kind !== 'relu' ||
    bent?.fields.kind !== 'relu' ||
    negative?.fields.kind !== 'multiply' ||
    negative.fields.factor !== -1 ||
    negative.inputs[0] !== relu.inputs[0] ||
    ![relu, affine].every((part) => parts.includes(part))
  ) {
    return false;
  }
  for (const part of parts.toReversed()) network.replaceLast(part);
  const x = { ...values[0]!, layer: relu.inputs[0]! };
  const slope = affine.tensors.kernel!.map((factor) => -factor);
  network.add(node, { kind: 'prelu' }, x.shape, [x], { slope });
  return true;
}

/** Where x, or what is made of it, is above a threshold. */
export const readGreater: ReadNode = (node, network) => {
  const of = network.layerValue(node, 0);
  const { values } = network.constant(node, 1);
  require(values.length === 1, 'than more than one number');
  network.set(node.outputs[0]!, { form: 'comparison', of, threshold: values[0]! });
};

/** x where beta·x is above a threshold, and a softplus elsewhere: one that has those. */
export const readWhere: ReadNode = (node, network) => {
  const condition = network.value(node, 0);
  const [x, soft] = [network.layerValue(node, 1), network.layerValue(node, 2)];
  const chain = traceBack(network, soft, 3);
  const isPlain = chain[0]?.fields.kind === 'softplus';
  const parts = isPlain ? chain.slice(0, 1) : chain;
  const [first] = parts.slice(-1);
  const [after, bent, before] = chain;
  const beta = isPlain ? 1 : shorten((before?.fields.factor as number | undefined) ?? Number.NaN);
  const isScaled =
    bent?.fields.kind === 'softplus' && Math.fround(beta * (after!.fields.factor as number)) === 1;
  const compared = isPlain ? x.layer : before?.name;
  require(condition.form === 'comparison' &&
    (isPlain || isScaled) &&
    first?.inputs[0] === x.layer &&
    condition.of.layer === compared, 'of what is no softplus');
  // What is scaled goes into the comparison, too.
  for (const part of parts) network.replaceLast(part, part === before ? 2 : 1);
  const fields = { kind: 'softplus', beta, threshold: shorten(condition.threshold) };
  network.add(node, fields, x.shape, [x]);
};
