import type { NetworkBuilder } from '../network-builder.js';
import { isSinglePixel } from '../network-builder.js';
import { type Node, require } from '../node.js';
import { turnPixels } from '../pixels.js';
import type { LayerValue, SizesValue, Value } from '../values.js';
import { shorten } from './normalization.js';
import type { ReadNode } from './read-node.js';

const pass = (node: Node, network: NetworkBuilder, value: Value) => network.set(node.outputs[0]!, value);

/** One that changes nothing here: Identity, Cast between numbers. */
export const readIdentity: ReadNode = (node, network) => {
  node.ignore('to', 'saturate');
  pass(node, network, network.value(node, 0));
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
  pass(node, network, flatten(network.flattened(node, 0)));
};

function flatten(value: LayerValue): LayerValue {
  require(!value.border, 'behind a Pad');
  if (value.form === 'flat') return value;
  return { ...value, form: 'flat', order: value.form === 'last' ? 'channels-last' : 'channels-first' };
}

/** To n×numbers, from those to maps of one pixel, or to the groups of a group normalisation and back. */
export const readReshape: ReadNode = (node, network) => {
  const target = readSizes(node, network);
  const source = network.value(node, 0);
  require(node.integer('allowzero', 0) === 0 || !target.includes(0), 'with allowzero');
  if (source.form === 'groups') return finishGroups(node, network, target);
  const value = network.flattened(node, 0);
  const { height, width, channels } = value.shape;
  const count = height * width * channels;
  const [batch, ...sizes] = target;
  require(batch === null ||
    batch === 0 ||
    batch === -1 ||
    (sizes.length > 0 && batch === 1), 'of the mini-batch');
  const known = sizes.filter((size) => size !== -1).reduce<number>((product, size) => product * size!, 1);
  const whole = sizes.map((size) => (size === -1 ? count / known : size!));
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

function finishGroups(node: Node, network: NetworkBuilder, target: SizesValue['sizes']): void {
  const value = network.value(node, 0);
  require(value.form === 'groups' && value.epsilon !== undefined, `to ${describe(target)}`);
  const { source, groups, epsilon } = value;
  const fields = { kind: 'group-normalization', groups, epsilon, scale: false, shift: false };
  network.add(node, fields, source.shape, [source]);
}

const describe = (sizes: SizesValue['sizes']) => sizes.map((size) => size ?? 'n').join('×');

/** The target of a Reshape: numbers of the file, an attribute before opset 5, or what is made of shapes. */
function readSizes(node: Node, network: NetworkBuilder): SizesValue['sizes'] {
  const attribute = node.integers('shape');
  if (attribute) return attribute;
  const value = network.value(node, 1);
  if (value.form === 'sizes') return value.sizes;
  return [...network.constant(node, 1).values];
}

export const readTranspose: ReadNode = (node, network) => {
  const order = (node.integers('perm') ?? []).join();
  const value = network.value(node, 0);
  if (value.form === 'pixels') {
    require(order === '0,3,1,2' && value.sizes.length === 3, `by ${order}`);
    return pass(node, network, turnPixels(value));
  }
  const input = network.layerValue(node, 0);
  require(!input.border, 'behind a Pad');
  if (order === '0,3,1,2' && input.form === 'last')
    return pass(node, network, { ...input, form: 'maps', order: 'channels-first' });
  require(order === '0,2,3,1' && input.form === 'maps', `by ${order}`);
  pass(node, network, { ...input, form: 'last', order: 'channels-last' });
};

/** Away with height and width of maps of one pixel, or back with them; of shapes nothing changes. */
export const readSqueeze: ReadNode = (node, network) => {
  const value = network.value(node, 0);
  const axes = node.integers('axes') ?? [...(network.optionalConstant(node, 1)?.values ?? [])];
  if (value.form === 'sizes') return pass(node, network, value);
  if (value.form === 'constant')
    return pass(node, network, { ...value, dims: changeDims(node, value.dims, axes) });
  const input = network.layerValue(node, 0);
  require(isSinglePixel(input.shape) && !input.border, 'of maps of more than one pixel');
  pass(node, network, { ...input, form: node.op === 'Squeeze' ? 'flat' : 'maps' });
};

function changeDims({ op }: Node, dims: readonly number[], axes: readonly number[]): number[] {
  if (op === 'Squeeze') {
    const places = axes.map((axis) => (axis < 0 ? axis + dims.length : axis));
    return dims.filter((size, i) => (axes.length > 0 ? !places.includes(i) : size !== 1));
  }
  const rank = dims.length + axes.length;
  const places = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const rest = [...dims];
  return Array.from({ length: rank }, (_, i) => (places.includes(i) ? 1 : rest.shift()!));
}

/** The sizes of what a layer makes. */
export const readShape: ReadNode = (node, network) => {
  const { form, shape } = network.flattened(node, 0);
  const { height, width, channels } = shape;
  const sizes =
    form === 'flat'
      ? [height * width * channels]
      : form === 'maps'
        ? [channels, height, width]
        : [height, width, channels];
  pass(node, network, { form: 'sizes', sizes: [null, ...sizes] });
};

function sizesOf(node: Node, network: NetworkBuilder, index: number): SizesValue['sizes'] {
  const value = network.value(node, index);
  if (value.form === 'sizes') return value.sizes;
  return [...network.constant(node, index).values];
}

export const readGather: ReadNode = (node, network) => {
  const sizes = sizesOf(node, network, 0);
  const places = network.constant(node, 1).values;
  require(node.integer('axis', 0) === 0, 'along another axis than the first');
  const picked = [...places].map((place) => sizes.at(place));
  require(picked.every((size) => size !== undefined), 'of what is not there');
  pass(node, network, { form: 'sizes', sizes: picked as (number | null)[] });
};

export const readSlice: ReadNode = (node, network) => {
  const sizes = sizesOf(node, network, 0);
  const bound = (name: string, index: number) =>
    node.integers(name)?.[0] ?? network.optionalConstant(node, index)?.values[0];
  const [start = 0, end = sizes.length, step = 1] = [bound('starts', 1), bound('ends', 2), bound('steps', 4)];
  node.ignore('axes');
  require(step === 1, 'with steps');
  pass(node, network, { form: 'sizes', sizes: sizes.slice(start, end) });
};

/** Side by side along channels; of shapes, one behind the other. */
export const readConcat: ReadNode = (node, network) => {
  const values = node.inputs.map((_, i) => network.value(node, i));
  if (values.every(({ form }) => form === 'sizes' || form === 'constant')) {
    node.ignore('axis');
    return pass(node, network, { form: 'sizes', sizes: values.flatMap((_, i) => sizesOf(node, network, i)) });
  }
  const inputs = node.inputs.map((_, i) => network.layerValue(node, i));
  const [first] = inputs as [LayerValue];
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
  require(new Set(inputs.map(({ layer }) => layer)).size === inputs.length, 'of a layer twice');
  const channels = inputs.reduce((sum, { shape }) => sum + shape.channels, 0);
  network.add(node, { kind: 'concat' }, { ...first.shape, channels }, inputs);
};

/** Around maps it is the padding of the window that comes next; around channels a layer. */
export const readPad: ReadNode = (node, network) => {
  const input = network.layerValue(node, 0);
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
  require(mode in modes && input.form === 'maps', `in the mode ${mode}`);
  const border = { padding: [...y, ...x] as const, mode: modes[mode as keyof typeof modes], value };
  pass(node, network, { ...input, border });
};
