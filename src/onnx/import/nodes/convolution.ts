import { permute } from '../../permute.js';
import type { Constant } from '../constants.js';
import type { NetworkBuilder } from '../network-builder.js';
import { isSinglePixel } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { LayerValue } from '../values.js';
import { multiplyPatches } from './locally-connected.js';
import type { ReadNode } from './read-node.js';
import { addBorder, readWindow, slide } from './windows.js';

export const readConv: ReadNode = (node, network) => {
  const input = network.borderedMaps(node, 0);
  const weights = network.constant(node, 1);
  const bias = network.optionalConstant(node, 2);
  const [filters = 0, inputs = 0, ...kernel] = weights.dims;
  const groups = node.integer('group', 1);
  node.ignore('kernel_shape');
  const window = addBorder(readWindow(node, kernel, input.shape), input.border);
  require(inputs * groups === input.shape.channels &&
    filters % groups ===
      0, `with weights ${weights.dims.join('×')} in ${groups} groups for ${input.shape.channels} channels`);
  require(!bias || bias.values.length === filters, 'whose bias is not a number for each filter');
  const { border: _, ...source } = input;
  network.add(
    node,
    { kind: 'convolution', filters, ...window, groups, bias: bias !== null },
    slide(window, input.shape, filters),
    [source],
    {
      kernel: permute(weights.values, [groups, filters / groups, inputs, ...kernel], [0, 3, 4, 2, 1]),
      ...(bias && { bias: bias.values }),
    },
  );
};

/** A·B, or alpha·A·B + beta·C. */
export const readGemm: ReadNode = (node, network) => {
  const weights = network.constant(node, 1);
  const bias = network.optionalConstant(node, 2);
  const [alpha, beta] = [node.number('alpha', 1), node.number('beta', 1)];
  require(node.integer('transA', 0) === 0, 'with transA');
  const isTransposed = node.integer('transB', 0) !== 0;
  addFullyConnected(node, network, scale(weights, alpha), { isTransposed, bias: bias && scale(bias, beta) });
};

export const readMatMul: ReadNode = (node, network) => {
  if (multiplyPatches(node, network)) return;
  addFullyConnected(node, network, network.constant(node, 1), { isTransposed: false, bias: null });
};

function scale(constant: Constant, factor: number): Constant {
  return factor === 1 ? constant : { ...constant, values: constant.values.map((value) => value * factor) };
}

function addFullyConnected(
  node: Node,
  network: NetworkBuilder,
  { dims, values }: Constant,
  { isTransposed, bias }: { readonly isTransposed: boolean; readonly bias: Constant | null },
): void {
  require(dims.length === 2, `of weights ${dims.join('×')}, not of two dimensions`);
  const [units, size] = (isTransposed ? dims : [dims[1], dims[0]]) as [number, number];
  const input = network.layerValue(node, 0);
  const { height, width, channels } = input.shape;
  if (input.form === 'last' && !input.border) {
    // At each position by itself.
    require(size === channels && !isTransposed && !bias, `of ${size} numbers, for ${channels} channels`);
    const shape = { ...input.shape, channels: units };
    const fields = { kind: 'convolution', kernel: 1, filters: units, bias: false };
    network.add(node, fields, shape, [input], { kernel: values });
    return;
  }
  require(input.form === 'flat' && !input.border, 'of maps that have not been flattened');
  require(size ===
    height * width * channels, `of ${size} numbers, for an input of ${height * width * channels}`);
  require(!bias ||
    bias.values.length === units ||
    bias.values.length === 1, 'whose bias is not a number for each unit');
  network.add(
    node,
    { kind: 'fully-connected', units, bias: bias !== null },
    { height: 1, width: 1, channels: units },
    [input],
    {
      kernel: arrangeKernel(values, input, { units, isTransposed }),
      ...(bias && {
        bias: bias.values.length === units ? bias.values : new Float32Array(units).fill(bias.values[0]!),
      }),
    },
  );
}

/** As h×w×c×units, whatever the order of what the kernel is multiplied with. */
function arrangeKernel(
  values: Float32Array,
  { shape: { height, width, channels }, order }: LayerValue,
  { units, isTransposed }: { readonly units: number; readonly isTransposed: boolean },
): Float32Array {
  const isFirst = order === 'channels-first';
  const sizes = isFirst ? [channels, height, width] : [height, width, channels];
  const axes = isFirst ? [1, 2, 0] : [0, 1, 2];
  return isTransposed
    ? permute(values, [units, ...sizes], [...axes.map((axis) => axis + 1), 0])
    : permute(values, [...sizes, units], [...axes, 3]);
}

/** Numbers for each channel that are added to what a layer makes: its bias, if it has none and nobody else reads it. */
export function addAsBias(node: Node, network: NetworkBuilder, index: number, values: Float32Array): boolean {
  const value = network.value(node, index);
  if (value.form !== 'maps' && value.form !== 'last' && value.form !== 'flat') return false;
  const draft = network.draftOf(value);
  const takes = draft?.fields.kind === 'convolution' || draft?.fields.kind === 'fully-connected';
  if (!draft || !takes || draft.fields.bias !== false || !network.isReadOnce(node.inputs[index]!))
    return false;
  if (value.form === 'flat' && !isSinglePixel(value.shape)) return false;
  if (values.length !== draft.shape.channels) return false;
  draft.fields = { ...draft.fields, bias: true };
  draft.tensors.bias = values;
  network.set(node.outputs[0]!, value);
  return true;
}
