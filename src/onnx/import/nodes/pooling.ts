import type { Shape } from '../../../core/shape.js';
import { NO_PADDING, type Padding } from '../../../layers/window.js';
import type { NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { LayerValue } from '../values.js';
import type { ReadNode } from './read-node.js';
import { readWindow, slide } from './windows.js';

const readCeil = (node: Node) => (node.integer('ceil_mode', 0) === 0 ? {} : { ceil: true as const });

/** Kinds that make nothing below 0: a border of zeros around it wins no maximum. */
const POSITIVE = new Set(['relu', 'relu6', 'sigmoid', 'hard-sigmoid', 'softmax', 'softplus']);

export const readMaxPool: ReadNode = (node, network) => {
  const { border, ...input } = network.borderedMaps(node, 0);
  require(node.outputs.length === 1 || !node.outputs[1], 'that gives indices too');
  node.ignore('storage_order');
  const window = { ...readWindow(node, node.integers('kernel_shape') ?? [], input.shape), ...readCeil(node) };
  require(!window.dilation, 'with dilations');
  const isFloored = POSITIVE.has(network.draftOf(input)?.fields.kind ?? '');
  const highest = isFloored ? 0 : Number.NEGATIVE_INFINITY;
  require(!border ||
    (border.mode === 'constant' && border.value <= highest), 'behind a Pad that may win a maximum');
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
  const { channels } = input.shape;
  if (!border) {
    const countPadding = counts && window.padding.some((side) => side > 0);
    const fields = { kind: 'average-pooling', ...window, countPadding };
    return network.add(node, fields, slide(window, input.shape, channels), [input]);
  }
  const { mode, value, padding } = border;
  const isZero = mode === 'constant' && value === 0;
  const shows = isZero ? {} : { paddingMode: mode, ...(mode === 'constant' ? { paddingValue: value } : {}) };
  const fields = { kind: 'average-pooling', ...window, padding, ...shows, countPadding: true };
  const shape = slide({ ...window, padding: sumPadding(window.padding, padding) }, input.shape, channels);
  if (window.padding.every((side) => side === 0)) return network.add(node, fields, shape, [input]);
  // Pads behind a border make room for a last window that ends beyond it, which may begin in a border that shows something.
  const [top, , left] = window.padding;
  const [field, within] = isZero ? [input.shape, padding] : [addBorderTo(input.shape, padding), NO_PADDING];
  const whole = slide({ ...window, padding: within, ceil: true }, field, channels);
  const isRoom = !counts && top === 0 && left === 0;
  require(isRoom && whole.height === shape.height && whole.width === shape.width, 'with pads behind a Pad');
  network.add(node, { ...fields, ceil: true }, shape, [input]);
};

function addBorderTo(shape: Shape, [top, bottom, left, right]: Padding): Shape {
  return { ...shape, height: top + shape.height + bottom, width: left + shape.width + right };
}

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

/** The mean, or the greatest, over height and width. */
export function readReduce(kind: 'average-pooling' | 'max-pooling'): ReadNode {
  return (node, network) => {
    const input = network.inEitherOrder(node, 0);
    const axes = node.integers('axes') ?? [...(network.optionalConstant(node, 1)?.values ?? [])];
    const rank = input.form === 'flat' ? 2 : 4;
    const places = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort();
    const wanted = input.form === 'last' ? '1,2' : '2,3';
    node.ignore('noop_with_empty_axes');
    require(rank === 4 && places.join() === wanted && !input.border, 'over other axes than height and width');
    addGlobal(node, network, kind, input);
    if (node.integer('keepdims', 1) !== 0) return;
    const made = network.find(node.outputs[0]!) as LayerValue;
    network.set(node.outputs[0]!, { ...made, form: 'flat' });
  };
}
