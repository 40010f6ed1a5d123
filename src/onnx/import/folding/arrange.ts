import { permute } from '../../permute.js';
import { type Constant, MOST_MADE, readConstant } from '../constants.js';
import { type Node, require } from '../node.js';
import type { FoldNode } from './fold-node.js';

const count = (dims: readonly number[]) => dims.reduce((product, size) => product * size, 1);

/** Axes count from the end if they are below 0. */
function placeAxis(axis: number, rank: number): number {
  const place = axis < 0 ? axis + rank : axis;
  require(Number.isInteger(place) && place >= 0 && place < rank, `along axis ${axis} of ${rank}`);
  return place;
}

/** Rows and columns on both sides of an axis: the constant is before×size×behind. */
function splitAt({ dims }: Constant, axis: number): { before: number; size: number; behind: number } {
  return { before: count(dims.slice(0, axis)), size: dims[axis]!, behind: count(dims.slice(axis + 1)) };
}

/** The same with other places along one axis. */
function pick(constant: Constant, axis: number, places: readonly number[]): Constant {
  const { before, size, behind } = splitAt(constant, axis);
  const values = new Float32Array(before * places.length * behind);
  require(values.length <= Math.max(MOST_MADE, constant.values.length), `of ${values.length} numbers`);
  let to = 0;
  for (let row = 0; row < before; row++) {
    for (const place of places) {
      const from = (row * size + place) * behind;
      values.set(constant.values.subarray(from, from + behind), to);
      to += behind;
    }
  }
  return { ...constant, dims: constant.dims.with(axis, places.length), values };
}

export const foldShape: FoldNode = (node, [constant]) => sliceShape(node, constant!.dims);

/** Sizes as Shape gives them: all, or since opset 15 some of them. */
export function sliceShape(node: Node, sizes: readonly number[]): Constant {
  const taken = sizes.slice(node.integer('start', 0), node.integer('end', sizes.length));
  return { dims: [taken.length], values: Float32Array.from(taken), isWhole: true };
}

export const foldReshape: FoldNode = (node, [constant, target]) => {
  const allowsZero = node.integer('allowzero', 0) !== 0;
  const asked = node.integers('shape') ?? [...(target?.values ?? [])];
  const sizes = asked.map((size, i) => (size === 0 && !allowsZero ? constant!.dims[i]! : size));
  const known = count(sizes.filter((size) => size !== -1));
  const dims = sizes.map((size) => (size === -1 ? constant!.values.length / known : size));
  require(count(dims) === constant!.values.length, `of ${constant!.dims.join('×')} to ${asked.join('×')}`);
  return { ...constant!, dims };
};

export const foldTranspose: FoldNode = (node, [constant]) => {
  const { dims, values } = constant!;
  const order = node.integers('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  require(order.length === dims.length &&
    dims.every((_, axis) => order.includes(axis)), `by ${order.join()} of ${dims.join('×')}`);
  return { ...constant!, dims: order.map((axis) => dims[axis]!), values: permute(values, dims, order) };
};

export const foldConcat: FoldNode = (node, inputs) => {
  const parts = inputs as readonly Constant[];
  const rank = parts[0]!.dims.length;
  require(parts.every((part) => part?.dims.length === rank), 'of constants of several ranks');
  const axis = placeAxis(node.integer('axis', 1), rank);
  const dims = parts[0]!.dims.with(
    axis,
    parts.reduce((sum, part) => sum + part.dims[axis]!, 0),
  );
  const fits = (part: Constant) => part.dims.with(axis, dims[axis]!).join() === dims.join();
  require(count(dims) <= MOST_MADE && parts.every(fits), 'of constants that do not fit each other');
  const values = new Float32Array(count(dims));
  let to = 0;
  for (let row = 0; row < count(dims.slice(0, axis)); row++) {
    for (const part of parts) {
      const { size, behind } = splitAt(part, axis);
      values.set(part.values.subarray(row * size * behind, (row + 1) * size * behind), to);
      to += size * behind;
    }
  }
  return { dims, values, ...(parts.every(({ isWhole }) => isWhole) && { isWhole: true }) };
};

/** Bounds are inputs since opset 10, attributes before. */
export const foldSlice: FoldNode = (node, [constant, ...given]) => {
  const list = (name: string, index: number) =>
    node.integers(name) ?? (given[index - 1] ? [...given[index - 1]!.values] : null);
  const [starts, ends] = [list('starts', 1) ?? [], list('ends', 2) ?? []];
  const axes = list('axes', 3) ?? starts.map((_, i) => i);
  const steps = list('steps', 4) ?? starts.map(() => 1);
  return axes.reduce((rest, one, i) => {
    const axis = placeAxis(one, rest.dims.length);
    const [size, step] = [rest.dims[axis]!, steps[i] ?? 1];
    require(Number.isInteger(step) && step !== 0, `by steps of ${step}`);
    const bound = (place: number, least: number, most: number) =>
      Math.min(most, Math.max(least, place < 0 ? place + size : place));
    const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
    const [start, end] = [bound(starts[i]!, least, most), bound(ends[i] ?? size, least, most)];
    const length = Math.max(0, Math.ceil((end - start) / step));
    return pick(
      rest,
      axis,
      Array.from({ length }, (_, k) => start + k * step),
    );
  }, constant!);
};

export const foldGather: FoldNode = (node, [constant, places]) => {
  const axis = placeAxis(node.integer('axis', 0), constant!.dims.length);
  require(!!places, 'without places');
  const picked = [...places.values].map((place) => placeAxis(place, constant!.dims[axis]!));
  const made = pick(constant!, axis, picked);
  return { ...made, dims: [...made.dims.slice(0, axis), ...places.dims, ...made.dims.slice(axis + 1)] };
};

/** Axes are an input since opset 13, an attribute before. */
const readAxes = (node: Node, given: Constant | null | undefined) =>
  node.integers('axes') ?? (given ? [...given.values] : null);

export const foldSqueeze: FoldNode = (node, [constant, given]) => {
  const { dims } = constant!;
  const axes = readAxes(node, given)?.map((axis) => placeAxis(axis, dims.length));
  const rest = dims.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1));
  require(count(rest) === constant!.values.length, `of ${dims.join('×')}`);
  return { ...constant!, dims: rest };
};

export const foldUnsqueeze: FoldNode = (node, [constant, given]) => {
  const axes = readAxes(node, given) ?? [];
  const rank = constant!.dims.length + axes.length;
  const places = axes.map((axis) => placeAxis(axis, rank));
  const rest = [...constant!.dims];
  const dims = Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? 1 : (rest.shift() ?? 1)));
  require(count(dims) === constant!.values.length, `by axes ${axes.join()}`);
  return { ...constant!, dims };
};

export const foldConstantOfShape: FoldNode = (node, [shape]) => {
  const tensor = node.raw('value')?.t;
  const { values, isWhole } = tensor
    ? readConstant(tensor, null, node.name)
    : { values: Float32Array.of(0), isWhole: false };
  const dims = [...shape!.values];
  require(dims.every((size) => size >= 0) && count(dims) <= MOST_MADE, `of ${dims.join('×')} numbers`);
  return {
    dims,
    values: new Float32Array(count(dims)).fill(values[0] ?? 0),
    ...(isWhole && { isWhole: true }),
  };
};
