import { isSinglePixel, type NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import { shorten } from './normalization.js';
import type { ReadNode } from './read-node.js';

/** A layer that changes no shape. */
function addActivation(
  node: Node,
  network: NetworkBuilder,
  fields: Record<string, unknown> & { kind: string },
  tensors: Record<string, Float32Array> = {},
): void {
  const input = network.layerValue(node, 0);
  require(!input.border, 'behind a Pad');
  network.add(node, fields, input.shape, [input], tensors);
}

export function readAs(kind: string): ReadNode {
  return (node, network) => addActivation(node, network, { kind });
}

/** Bounds are inputs since opset 11, attributes before. */
export const readClip: ReadNode = (node, network) => {
  const bound = (index: number, name: string, otherwise: number) =>
    network.optionalConstant(node, index)?.values[0] ?? node.number(name, otherwise);
  const [least, most] = [
    bound(1, 'min', Number.NEGATIVE_INFINITY),
    bound(2, 'max', Number.POSITIVE_INFINITY),
  ];
  const isReadAs =
    least === 0
      ? new Map([
          [6, 'relu6'],
          [Number.POSITIVE_INFINITY, 'relu'],
        ]).get(most)
      : undefined;
  require(isReadAs !== undefined, `between ${least} and ${most}, not 0 and 6`);
  addActivation(node, network, { kind: isReadAs });
};

export const readLeakyRelu: ReadNode = (node, network) =>
  addActivation(node, network, { kind: 'leaky-relu', slope: shorten(node.number('alpha', 0.01)) });

export const readElu: ReadNode = (node, network) =>
  addActivation(node, network, { kind: 'elu', alpha: shorten(node.number('alpha', 1)) });

export const readPrelu: ReadNode = (node, network) => {
  const { channels } = network.layerValue(node, 0).shape;
  const { values } = network.constant(node, 1);
  require(values.length === channels || values.length === 1, 'whose slope is not a number for each channel');
  const slope = values.length === channels ? values : new Float32Array(channels).fill(values[0]!);
  addActivation(node, network, { kind: 'prelu' }, { slope });
};

export const readHardSigmoid: ReadNode = (node, network) => {
  const [alpha, beta] = [node.number('alpha', 0.2), node.number('beta', 0.5)];
  require(Math.fround(alpha) === Math.fround(1 / 6) && beta === 0.5, `of ${alpha}·x + ${beta}, not x/6 + ½`);
  addActivation(node, network, { kind: 'hard-sigmoid' });
};

export const readGelu: ReadNode = (node, network) =>
  addActivation(node, network, { kind: 'gelu', approximate: node.text('approximate', 'none') });

/** Over channels. Of logarithms at the network's end the softmax is taken: both are part of the loss there, and classes stay the same. */
export const readSoftmax: ReadNode = (node, network) => {
  const input = network.layerValue(node, 0);
  require(node.op === 'Softmax' || network.isOutput(node.outputs[0]!), 'whose logarithms other nodes read');
  require(input.form !== 'flat' || isSinglePixel(input.shape), 'of flattened maps');
  const rank = input.form === 'flat' ? 2 : 4;
  const axis = node.integer('axis', node.opset >= 13 ? -1 : 1);
  const channels = input.form === 'last' ? 3 : 1;
  // Before opset 13 all dimensions from the axis on are one.
  const isAll = node.opset < 13 && input.shape.height * input.shape.width > 1;
  require((axis < 0 ? axis + rank : axis) === channels &&
    !isAll, `over axis ${axis}, which is not that of channels`);
  addActivation(node, network, { kind: 'softmax' });
};
