import { TensorProto_DataType as DataType } from '../../wire/onnx_pb.js';
import { broadcast } from '../broadcast.js';
import type { Constant } from '../constants.js';
import { type Node, require } from '../node.js';
import type { FoldNode } from './fold-node.js';

/** Numbers beside each other; of whole ones a quotient is cut off. */
export function foldBinary(compute: (a: number, b: number) => number): FoldNode {
  return (_node, [a, b, ...others]) => {
    require(!!a && !!b && others.length === 0, 'of other than two constants');
    const made = broadcast(a, b, compute);
    return a.isWhole && b.isWhole ? cutOff(made) : made;
  };
}

export function foldUnary(compute: (value: number) => number): FoldNode {
  return (_node, [constant]) => ({ ...constant!, values: constant!.values.map((value) => compute(value)) });
}

const { INT64, INT32, INT16, INT8, UINT8, FLOAT, DOUBLE, FLOAT16, BFLOAT16 } = DataType;
const WHOLE: readonly number[] = [INT64, INT32, INT16, INT8, UINT8];
const FLOATS: readonly number[] = [FLOAT, DOUBLE, FLOAT16, BFLOAT16];

/** Whether a Cast is one to whole numbers, which cuts off, or to others. */
export function isCastToWhole(node: Node): boolean {
  const to = node.integer('to', 0);
  node.ignore('saturate');
  require(WHOLE.includes(to) || FLOATS.includes(to), `to ${DataType[to] ?? to}`);
  return WHOLE.includes(to);
}

export const foldCast: FoldNode = (node, [constant]) =>
  isCastToWhole(node) ? cutOff(constant!) : { dims: constant!.dims, values: constant!.values };

function cutOff({ dims, values }: Constant): Constant {
  return { dims, values: values.map(Math.trunc), isWhole: true };
}
