import { NO_PADDING, type Padding } from '../../../layers/window.js';
import type { NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { LayerValue } from '../values.js';
import type { ReadNode } from './read-node.js';
import { readWindow, slide } from './windows.js';

const readCeil = (node: Node) => (node.integer('ceil_mode', 0) === 0 ? {} : { ceil: true as const });

export const readMaxPool: ReadNode = (node, network) => {
  const { border, ...input } = network.borderedMaps(node, 0);
  require(node.outputs.length === 1 || !node.outputs[1], 'that gives indices too');
  node.ignore('storage_order');
  const window = { ...readWindow(node, node.integers('kernel_shape') ?? [], input.shape), ...readCeil(node) };
  require(!window.dilation, 'with dilations');
  require(!border ||
    (border.mode === 'constant' &&
      border.value === Number.NEGATIVE_INFINITY), 'behind a Pad that may win a maximum');
  const padding = sumPadding(window.padding, border?.padding);
  const padded = { ...window, padding };
  network.add(node, { kind: 'max-pooling', ...padded }, slide(padded, input.shape, input.shape.channels), [
    input,
  ]);
};

export const readAveragePool: ReadNode = (node, network) => {
  const { border, ...input } = network.borderedMaps(node, 0);
  const window = { ...readWindow(node, node.integers('kernel_shape') ?? [], input.shape), ...readCeil(node) };
  require(!window.dilation, 'with dilations');
  const counts = node.integer('count_include_pad', 0) !== 0;
  const isPlain = window.padding.every((side) => side === 0);
  require(!border || isPlain, 'with pads behind a Pad');
  const shows =
    border && !(border.mode === 'constant' && border.value === 0)
      ? { paddingMode: border.mode, ...(border.mode === 'constant' ? { paddingValue: border.value } : {}) }
      : {};
  const padded = { ...window, padding: sumPadding(window.padding, border?.padding), ...shows };
  network.add(
    node,
    { kind: 'average-pooling', ...padded, countPadding: border !== undefined || (counts && !isPlain) },
    slide(padded, input.shape, input.shape.channels),
    [input],
  );
};

function sumPadding(one: Padding, other: Padding = NO_PADDING): Padding {
  return one.map((side, i) => side + other[i]!) as unknown as Padding;
}

function addGlobal(node: Node, network: NetworkBuilder, kind: string, input: LayerValue): void {
  network.add(node, { kind, kernel: 'global' }, { height: 1, width: 1, channels: input.shape.channels }, [
    input,
  ]);
}

export const readGlobalAveragePool: ReadNode = (node, network) =>
  addGlobal(node, network, 'average-pooling', network.maps(node, 0));

export const readGlobalMaxPool: ReadNode = (node, network) =>
  addGlobal(node, network, 'max-pooling', network.maps(node, 0));

/** The mean over height and width. */
export const readReduceMean: ReadNode = (node, network) => {
  const input = network.layerValue(node, 0);
  const axes = node.integers('axes') ?? [...(network.optionalConstant(node, 1)?.values ?? [])];
  const rank = input.form === 'flat' ? 2 : 4;
  const places = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort();
  const wanted = input.form === 'last' ? '1,2' : '2,3';
  node.ignore('noop_with_empty_axes');
  require(rank === 4 && places.join() === wanted && !input.border, 'over other axes than height and width');
  addGlobal(node, network, 'average-pooling', input);
  if (node.integer('keepdims', 1) !== 0) return;
  const made = network.find(node.outputs[0]!) as LayerValue;
  network.set(node.outputs[0]!, { ...made, form: 'flat' });
};
