import { type Constant, MOST_MADE } from './constants.js';
import { require } from './node.js';

/** A function of two tensors, number by number, each repeated along dimensions that it does not have or has once (NumPy's broadcasting). */
export function broadcast(a: Constant, b: Constant, compute: (a: number, b: number) => number): Constant {
  const rank = Math.max(a.dims.length, b.dims.length);
  const widen = ({ dims }: Constant) => [...new Array<number>(rank - dims.length).fill(1), ...dims];
  const [left, right] = [widen(a), widen(b)];
  require(left.every(
    (size, i) => size === right[i] || size === 1 || right[i] === 1,
  ), `of shapes that do not fit each other, ${a.dims.join('×')} and ${b.dims.join('×')}`);
  const dims = left.map((size, i) => Math.max(size, right[i]!));
  const count = dims.reduce((product, size) => product * size, 1);
  // What grows by it beyond both is no mean of an image.
  require(count <= MOST_MADE || count <= Math.max(a.values.length, b.values.length), `of ${count} numbers`);
  const placeIn = (sizes: readonly number[], index: number) => {
    let [place, stride, rest] = [0, 1, index];
    for (let axis = rank - 1; axis >= 0; axis--) {
      if (sizes[axis]! > 1) place += (rest % dims[axis]!) * stride;
      rest = Math.floor(rest / dims[axis]!);
      stride *= sizes[axis]!;
    }
    return place;
  };
  const values = Float32Array.from({ length: count }, (_, i) =>
    compute(a.values[placeIn(left, i)]!, b.values[placeIn(right, i)]!),
  );
  return { dims, values };
}
