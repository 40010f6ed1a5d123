import type { Constant } from '../constants.js';
import type { NetworkBuilder } from '../network-builder.js';
import type { Node } from '../node.js';
import {
  foldConcat,
  foldConstantOfShape,
  foldGather,
  foldReshape,
  foldShape,
  foldSlice,
  foldSqueeze,
  foldTranspose,
  foldUnsqueeze,
} from './arrange.js';
import { foldBinary, foldCast, foldUnary } from './elementwise.js';
import type { FoldNode } from './fold-node.js';

/** The operators by which exporters make shapes, paddings and weights of other constants. */
const FOLDERS: Readonly<Record<string, FoldNode>> = {
  Add: foldBinary((a, b) => a + b),
  Cast: foldCast,
  Ceil: foldUnary(Math.ceil),
  Concat: foldConcat,
  ConstantOfShape: foldConstantOfShape,
  Div: foldBinary((a, b) => a / b),
  Floor: foldUnary(Math.floor),
  Gather: foldGather,
  Identity: (_node, [constant]) => constant!,
  Max: foldBinary(Math.max),
  Min: foldBinary(Math.min),
  Mul: foldBinary((a, b) => a * b),
  Neg: foldUnary((value) => -value),
  Reciprocal: foldUnary((value) => 1 / value),
  Reshape: foldReshape,
  Shape: foldShape,
  Slice: foldSlice,
  Sqrt: foldUnary(Math.sqrt),
  Squeeze: foldSqueeze,
  Sub: foldBinary((a, b) => a - b),
  Transpose: foldTranspose,
  Unsqueeze: foldUnsqueeze,
};

/** Whether an operator is known of constants. */
export function isFolded(op: string): boolean {
  return Object.hasOwn(FOLDERS, op);
}

/**
 * Sets what a node makes, if it reads constants alone.
 *
 * @returns whether it does, and is of an operator that is known here
 * @throws UnsupportedNode if its constants do not go together, or make more numbers than a network has use for
 */
export function foldConstants(node: Node, network: NetworkBuilder): boolean {
  const fold = isFolded(node.op) ? FOLDERS[node.op]! : null;
  if (!fold || !node.inputs[0]) return false;
  const inputs = node.inputs.map((name) => (name === '' ? null : network.find(name)));
  const constants = inputs.filter((input) => input === null || input?.form === 'constant');
  if (constants.length < inputs.length) return false;
  network.set(node.outputs[0]!, { ...fold(node, constants as (Constant | null)[]), form: 'constant' });
  return true;
}
