import { broadcast } from '../broadcast.js';
import type { Constant } from '../constants.js';
import { isSinglePixel, type NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { LayerValue, PixelValue, Value } from '../values.js';
import { addChannelAffine, joinAffine } from './affine.js';
import { readHardSigmoidScale, readPreluSum } from './bends.js';
import { addAsBias } from './convolution.js';
import { readGate } from './gates.js';
import { readBendStep, readBendSum } from './gelu.js';
import { addPositionBias } from './locally-connected.js';
import { shorten } from './normalization.js';
import type { ReadNode } from './read-node.js';
import { separate } from './separate.js';

/** Pixels that nobody reads otherwise: what is done to them is their normalisation. */
function pixelsOf(node: Node, network: NetworkBuilder, { index, value }: Split): PixelValue | null {
  return value.form === 'pixels' && network.isReadOnce(node.inputs[index]!) ? value : null;
}

interface Split {
  readonly index: number;
  readonly value: Value;
  readonly constant: Constant;
}

/** One value that is no constant, and the constant; null if there are two or none. */
function splitConstant(node: Node, network: NetworkBuilder): Split | null {
  const values = [network.value(node, 0), network.value(node, 1)] as const;
  const index = values.findIndex(({ form }) => form !== 'constant');
  const [value, other] = [values[index], values[1 - index]];
  return value && other?.form === 'constant' ? { index, value, constant: other } : null;
}

/** Sums of layers are added in their order; numbers of the file become a bias. */
export const readAdd: ReadNode = (node, network) => {
  const split = node.inputs.length === 2 ? splitConstant(node, network) : null;
  if (!split) addLayers(node, network);
  else if (!readBendStep(node, network, split)) shift(node, network, split);
};

export const readNeg: ReadNode = (node, network) => {
  const input = network.layerValue(node, 0);
  require(!input.border, 'behind a Pad');
  network.add(node, { kind: 'multiply', factor: -1 }, input.shape, [input]);
};

export const readSub: ReadNode = (node, network) => {
  const split = splitConstant(node, network);
  require(split?.index === 0, 'of other than a constant');
  shift(node, network, { ...split, constant: negate(split.constant) });
};

export const readMul: ReadNode = (node, network) => {
  const split = splitConstant(node, network);
  if (!split) readGate(node, network);
  else if (!readBendStep(node, network, split)) scale(node, network, split);
};

export const readDiv: ReadNode = (node, network) => {
  const split = splitConstant(node, network);
  require(split?.index === 0, 'by other than a constant');
  const { values, dims } = split.constant;
  scale(node, network, { ...split, constant: { dims, values: values.map((divisor) => 1 / divisor) } });
};

function negate(constant: Constant): Constant {
  return { ...constant, values: constant.values.map((value) => -value) };
}

function shift(node: Node, network: NetworkBuilder, split: Split): void {
  const { index, constant } = split;
  const pixels = pixelsOf(node, network, split);
  if (pixels) {
    // (pixel − mean)·scale + c = (pixel − (mean − c/scale))·scale
    const inPixels = broadcast(constant, pixels.scale, (c, factor) => c / factor);
    const mean = broadcast(pixels.mean, inPixels, (a, b) => a - b);
    network.set(node.outputs[0]!, { ...pixels, mean });
    return;
  }
  if (addPositionBias(node, network, index, constant)) return;
  const input = network.layerValue(node, index);
  const summands = perChannel(input, constant);
  if (summands.every((value) => value === 0)) {
    network.set(node.outputs[0]!, input);
    return;
  }
  if (addAsBias(node, network, index, summands)) return;
  if (isVector(constant) && addToGroups(node, network, index, { shift: summands })) return;
  if (isVector(constant) && joinAffine(node, network, index, { summands })) return;
  addChannelAffine(node, network, input, new Float32Array(summands.length).fill(1), summands);
}

function scale(node: Node, network: NetworkBuilder, split: Split): void {
  const { index, constant } = split;
  const pixels = pixelsOf(node, network, split);
  if (pixels) {
    network.set(node.outputs[0]!, { ...pixels, scale: broadcast(pixels.scale, constant, (a, b) => a * b) });
    return;
  }
  const input = network.layerValue(node, index);
  const factors = perChannel(input, constant);
  if (isVector(constant) && addToGroups(node, network, index, { scale: factors })) return;
  if (isVector(constant) && joinAffine(node, network, index, { factors })) return;
  if (readHardSigmoidScale(node, network, input, factors[0]!)) return;
  if (constant.values.length > 1) addChannelAffine(node, network, input, factors, null);
  else network.add(node, { kind: 'multiply', factor: shorten(factors[0]!) }, input.shape, [input]);
}

/** Numbers of channels, even if there is but one; a number by itself is none of them. */
const isVector = ({ dims, values }: Constant) => values.length > 1 || dims.length > 0;

/** The scale or the shift that a group normalisation is still without, if nobody reads what it makes without it. */
function addToGroups(
  node: Node,
  network: NetworkBuilder,
  index: number,
  given: Partial<Record<'scale' | 'shift', Float32Array>>,
): boolean {
  const value = network.layerValue(node, index);
  const draft = network.draftOf(value);
  const [[name, values]] = Object.entries(given) as [[string, Float32Array]];
  if (draft?.fields.kind !== 'group-normalization' || draft.fields[name] !== false) return false;
  if (!network.isReadOnce(node.inputs[index]!)) return false;
  const isBehindShift = name === 'scale' && draft.tensors.shift;
  if (isBehindShift) return false;
  const { [name]: _, ...fields } = draft.fields;
  draft.fields = fields as typeof draft.fields;
  draft.tensors[name] = values;
  network.absorb(node, value, draft);
  return true;
}

/** Numbers for each channel: one for all, or as many as there are, along the dimension of channels. */
function perChannel({ form, shape, border }: LayerValue, { dims, values }: Constant): Float32Array {
  require(!border, 'behind a Pad');
  if (values.length === 1) return new Float32Array(shape.channels).fill(values[0]!);
  const behind = form === 'maps' ? dims.slice(-2) : [];
  const isAlong =
    values.length === shape.channels &&
    behind.every((size) => size === 1) &&
    dims.at(form === 'maps' ? -3 : -1) === shape.channels &&
    (form !== 'flat' || isSinglePixel(shape));
  require(isAlong, `with numbers ${dims.join('×')}, which are not one for each channel`);
  return values;
}

function addLayers(node: Node, network: NetworkBuilder): void {
  if (node.inputs.length === 2 && (readBendSum(node, network) || readPreluSum(node, network))) return;
  const inputs = node.inputs.map((_, i) => network.layerValue(node, i));
  const [first] = inputs;
  require(first !== undefined, 'without inputs');
  const fits = ({ shape, border, form, order }: LayerValue) =>
    !border &&
    shape.height === first.shape.height &&
    shape.width === first.shape.width &&
    shape.channels === first.shape.channels &&
    (isSinglePixel(shape) || (form === first.form && order === first.order));
  require(inputs.every(fits), 'of layers of several shapes');
  const isRepeated = inputs.every(({ layer }) => layer === first.layer);
  if (inputs.length === 1) network.set(node.outputs[0]!, first);
  else if (isRepeated) network.add(node, { kind: 'multiply', factor: inputs.length }, first.shape, [first]);
  else network.add(node, { kind: 'add' }, first.shape, separate(network, inputs));
}
