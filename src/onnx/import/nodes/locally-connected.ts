import { permute } from '../../permute.js';
import type { Constant } from '../constants.js';
import type { NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { PatchesValue, Value } from '../values.js';

// ONNX has no locally connected layer. Export writes it as a convolution that picks patches, whose numbers at each position are multiplied by a matrix of that
// position's own: n×numbers×positions, turned to positions×n×numbers, times positions×numbers×filters, and turned back.

const WHAT = 'of what is no locally connected layer';

/** Positions to the front, or back; false if the value is none on that way. */
export function turnPatches(node: Node, network: NetworkBuilder, value: Value, order: string): boolean {
  if (value.form === 'groups' && order === '2,0,1') {
    const { source, groups, epsilon } = value;
    require(groups === source.shape.channels && epsilon === undefined, WHAT);
    network.set(node.outputs[0]!, { form: 'patches', source });
    return true;
  }
  if (value.form !== 'patches') return false;
  require(order === '1,2,0' && value.kernel !== undefined, WHAT);
  network.set(node.outputs[0]!, value);
  return true;
}

/** A matrix for each position; false if the value is none on that way. */
export function multiplyPatches(node: Node, network: NetworkBuilder): boolean {
  const value = network.value(node, 0);
  if (value.form !== 'patches') return false;
  const kernel = network.constant(node, 1);
  const { height, width, channels } = value.source.shape;
  const [positions, numbers] = kernel.dims;
  require(kernel.dims.length === 3 &&
    positions === height * width &&
    numbers === channels &&
    !value.kernel, WHAT);
  network.set(node.outputs[0]!, { ...value, kernel });
  return true;
}

/** The layer, once its products are maps again. */
export function finishPatches(
  node: Node,
  network: NetworkBuilder,
  { source, kernel }: PatchesValue,
  target: readonly number[],
): void {
  const draft = network.draftOf(source);
  const { height, width } = source.shape;
  const filters = kernel?.dims[2] ?? 0;
  require(draft?.fields.kind === 'convolution' &&
    kernel !== undefined &&
    target.slice(1).join() === [filters, height, width].join(), WHAT);
  const { groups: _, ...window } = draft.fields;
  const [rows, columns] = window.kernel as [number, number];
  const channels = source.shape.channels / (rows * columns);
  require(isPicking(draft.tensors.kernel!, [rows, columns, channels]) && !draft.tensors.bias, WHAT);
  network.replaceLast(draft);
  const dims = [height * width, channels, rows, columns, filters];
  const x = { ...source, layer: draft.inputs[0]! };
  const shape = { ...source.shape, channels: filters };
  network.add(node, { ...window, kind: 'locally-connected', filters, bias: false }, shape, [x], {
    kernel: permute(kernel.values, dims, [0, 2, 3, 1, 4]),
  });
}

/** Whether each filter of a kernel h×w×c×(c·h·w) takes one number of a patch, in the order of c×h×w. */
function isPicking(
  values: Float32Array,
  [rows, columns, channels]: readonly [number, number, number],
): boolean {
  const picked = permute(values, [rows, columns, channels, rows * columns * channels], [2, 0, 1, 3]);
  const step = rows * columns * channels + 1;
  return picked.length === (step - 1) ** 2 && picked.every((value, i) => value === (i % step === 0 ? 1 : 0));
}

/** A number for each of what such a layer makes: its bias, if it has none and nobody else reads it. */
export function addPositionBias(
  node: Node,
  network: NetworkBuilder,
  index: number,
  { dims, values }: Constant,
): boolean {
  const value = network.value(node, index);
  const draft = value.form === 'maps' ? network.draftOf(value) : undefined;
  if (value.form !== 'maps' || draft?.fields.kind !== 'locally-connected') return false;
  const { height, width, channels } = value.shape;
  const fits = dims.slice(-3).join() === [channels, height, width].join();
  if (!fits || draft.fields.bias !== false || !network.isReadOnce(node.inputs[index]!)) return false;
  draft.fields = { ...draft.fields, bias: true };
  draft.tensors.bias = permute(values, [channels, height, width], [1, 2, 0]);
  network.absorb(node, value, draft);
  return true;
}
