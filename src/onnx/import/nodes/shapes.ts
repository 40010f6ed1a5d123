import { sliceShape } from '../folding/arrange.js';
import { isCastToWhole } from '../folding/elementwise.js';
import type { NetworkBuilder } from '../network-builder.js';
import { isSinglePixel } from '../network-builder.js';
import { type Node, require } from '../node.js';
import { turnPixels } from '../pixels.js';
import type { LayerValue, Value } from '../values.js';
import { finishPatches, turnPatches } from './locally-connected.js';
import { shorten } from './normalization.js';
import type { ReadNode } from './read-node.js';
import { separate } from './separate.js';

const pass = (node: Node, network: NetworkBuilder, value: Value) => network.set(node.outputs[0]!, value);

export const readIdentity: ReadNode = (node, network) => pass(node, network, network.value(node, 0));

/** Numbers stay as they are in 32 bits. */
export const readCast: ReadNode = (node, network) => {
  require(!isCastToWhole(node), 'of what a layer makes to whole numbers');
  readIdentity(node, network);
};

/** The rate is an input since opset 12, an attribute before. */
export const readDropout: ReadNode = (node, network) => {
  const rate = network.optionalConstant(node, 1)?.values[0] ?? node.number('ratio', 0.5);
  node.ignore('seed', 'is_test');
  const input = network.layerValue(node, 0);
  if (rate === 0) return pass(node, network, input);
  network.add(node, { kind: 'dropout', rate: shorten(rate) }, input.shape, [input]);
};

export const readFlatten: ReadNode = (node, network) => {
  const axis = node.integer('axis', 1);
  require(axis === 1, `from axis ${axis}`);
  pass(node, network, flatten(network.inEitherOrder(node, 0)));
};

function flatten(value: LayerValue): LayerValue {
  require(!value.border, 'behind a Pad');
  if (value.form === 'flat') return value;
  return { ...value, form: 'flat', order: value.form === 'last' ? 'channels-last' : 'channels-first' };
}

/** To n×numbers, from those to maps of one pixel, or to the groups of a group normalisation and back. */
export const readReshape: ReadNode = (node, network) => {
  const target = node.integers('shape') ?? [...network.constant(node, 1).values];
  const source = network.value(node, 0);
  require(node.integer('allowzero', 0) === 0 || !target.includes(0), 'with allowzero');
  if (source.form === 'groups') return finishGroups(node, network, target);
  if (source.form === 'patches') return finishPatches(node, network, source, target);
  const value = network.inEitherOrder(node, 0);
  const { height, width, channels } = value.shape;
  const count = height * width * channels;
  const [batch, ...sizes] = target;
  require(sizes.length > 0 && network.isBatch(batch!), 'of the mini-batch');
  const known = sizes.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const whole = sizes.map((size) => (size === -1 ? count / known : size));
  if (sizes.length === 1 && whole[0] === count) return pass(node, network, flatten(value));
  if (
    sizes.length === 2 &&
    (value.form === 'maps' || isSinglePixel(value.shape)) &&
    (sizes[1] === -1 || channels % whole[0]! === 0)
  ) {
    require(channels % whole[0]! === 0 && whole[0]! * whole[1]! === count, `to ${describe(target)}`);
    return network.set(node.outputs[0]!, { form: 'groups', groups: whole[0]!, source: value });
  }
  const back = value.order === 'channels-first' ? [channels, height, width] : [height, width, channels];
  require(sizes.length === 3 &&
    (whole.join() === back.join() ||
      (isSinglePixel(value.shape) && whole.join() === `${channels},1,1`)), `to ${describe(target)}`);
  pass(node, network, {
    ...value,
    form: value.order === 'channels-first' || isSinglePixel(value.shape) ? 'maps' : 'last',
  });
};

function finishGroups(node: Node, network: NetworkBuilder, target: readonly number[]): void {
  const value = network.value(node, 0);
  require(value.form === 'groups' && value.epsilon !== undefined, `to ${describe(target)}`);
  const { source, groups, epsilon } = value;
  const fields = { kind: 'group-normalization', groups, epsilon, scale: false, shift: false };
  network.add(node, fields, source.shape, [source]);
}

const describe = (sizes: readonly number[]) =>
  sizes.map((size) => (Number.isNaN(size) ? 'n' : size)).join('×');

export const readTranspose: ReadNode = (node, network) => {
  const order = (node.integers('perm') ?? []).join();
  const value = network.value(node, 0);
  if (value.form === 'pixels' && order === '0,3,1,2') {
    require(value.sizes.length === 3, `by ${order}`);
    return pass(node, network, turnPixels(value));
  }
  if (turnPatches(node, network, value, order)) return;
  const input = network.layerValue(node, 0);
  if (order === '0,3,1,2' && input.form === 'last')
    return pass(node, network, { ...input, form: 'maps', order: 'channels-first' });
  require(order === '0,2,3,1' && input.form === 'maps', `by ${order}`);
  pass(node, network, { ...input, form: 'last', order: 'channels-last' });
};

/** Away with height and width of maps of one pixel, or back with them. */
export const readSqueeze: ReadNode = (node, network) => {
  const input = network.layerValue(node, 0);
  const axes = node.integers('axes') ?? [...(network.optionalConstant(node, 1)?.values ?? [])];
  require(!axes.includes(0), 'of the mini-batch');
  require(isSinglePixel(input.shape) && !input.border, 'of maps of more than one pixel');
  pass(node, network, { ...input, form: node.op === 'Squeeze' ? 'flat' : 'maps' });
};

/** The sizes of what a layer makes. */
export const readShape: ReadNode = (node, network) => {
  const { form, shape } = network.inEitherOrder(node, 0);
  const { height, width, channels } = shape;
  const sizes = {
    flat: [height * width * channels],
    maps: [channels, height, width],
    last: [height, width, channels],
  }[form];
  pass(node, network, { form: 'constant', ...sliceShape(node, [Number.NaN, ...sizes]) });
};

/** Side by side along channels. */
export const readConcat: ReadNode = (node, network) => {
  const inputs = node.inputs.map((_, i) => network.layerValue(node, i));
  const [first] = inputs;
  require(first !== undefined, 'without inputs');
  const rank = first.form === 'flat' ? 2 : 4;
  const axis = node.integer('axis', 1);
  const channelAxis = first.form === 'last' ? 3 : 1;
  require((axis < 0 ? axis + rank : axis) === channelAxis, `along axis ${axis}`);
  const fits = ({ form, shape, border }: LayerValue) =>
    !border &&
    shape.height === first.shape.height &&
    shape.width === first.shape.width &&
    (form === first.form || isSinglePixel(shape)) &&
    (form !== 'flat' || isSinglePixel(shape));
  require(inputs.every(fits), 'of maps of several sizes');
  if (inputs.length === 1) return pass(node, network, first);
  const channels = inputs.reduce((sum, { shape }) => sum + shape.channels, 0);
  network.add(node, { kind: 'concat' }, { ...first.shape, channels }, separate(network, inputs));
};

/** Around maps it is the padding of the window that comes next; around channels a layer. */
export const readPad: ReadNode = (node, network) => {
  const input = network.inEitherOrder(node, 0);
  const pads = node.integers('pads') ?? [...network.constant(node, 1).values];
  const value = node.inputs[2] ? network.constant(node, 2).values[0]! : node.number('value', 0);
  const mode = node.text('mode', 'constant');
  const rank = input.form === 'flat' ? 2 : 4;
  require(pads.length === 2 * rank && !input.border && !node.inputs[3], `by ${pads.join(', ')}`);
  require(pads.every((side) => side >= 0) && pads[0] === 0 && pads[rank] === 0, `by ${pads.join(', ')}`);
  const places = input.form === 'last' ? [3, 1, 2] : [1, 2, 3];
  const [channel, y, x] = places.map((axis) => [pads[axis] ?? 0, pads[rank + axis] ?? 0] as const) as [
    readonly [number, number],
    readonly [number, number],
    readonly [number, number],
  ];
  const isSpatial = [...y, ...x].some((side) => side > 0);
  const [before, after] = channel;
  if (before + after === 0 && !isSpatial) return pass(node, network, input);
  if (before + after > 0) {
    require(!isSpatial && mode === 'constant' && value === 0, 'of channels by other than zeros');
    require(input.form !== 'flat' || isSinglePixel(input.shape), 'of flattened maps');
    const shape = { ...input.shape, channels: before + input.shape.channels + after };
    return network.add(node, { kind: 'channel-padding', before, after }, shape, [input]);
  }
  const modes = { constant: 'constant', reflect: 'reflect', edge: 'replicate' } as const;
  require(mode in modes && input.form !== 'flat', `in the mode ${mode}`);
  const border = { padding: [...y, ...x] as const, mode: modes[mode as keyof typeof modes], value };
  pass(node, network, { ...input, border });
};
