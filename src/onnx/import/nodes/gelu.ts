import type { Constant } from '../constants.js';
import type { NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { BendValue, LayerValue, Value } from '../values.js';
import { readAs } from './activations.js';
import type { ReadNode } from './read-node.js';

// GELU before it had an operator of its own: x·½·(1 + bend), the bend being erf(x/√2) or tanh(√(2/π)·(x + 0.044715·x³)), in any order of the factors. What
// it is made of becomes no layer: each step tells the next what it is of.

/** How near a factor comes to the one that is meant. */
const NEAR = 1e-5;
const near = (number: number, meant: number) => Math.abs(number - meant) < NEAR;

/** Steps that are a product with a number, and what they make; the last one is the whole. */
const FACTORS: Partial<
  Record<BendValue['step'], readonly [factor: number, made: BendValue['step'] | 'gelu']>
> = {
  cube: [0.044715, 'share'],
  sum: [Math.sqrt(2 / Math.PI), 'argument'],
  raised: [0.5, 'halved'],
  product: [0.5, 'gelu'],
};

const WHAT = 'of what is no GELU';

export const readErf: ReadNode = (node, network) => {
  const scaled = network.layerValue(node, 0);
  const draft = network.draftOf(scaled);
  const isScaled = draft?.fields.kind === 'multiply' && near(draft.fields.factor as number, Math.SQRT1_2);
  require(isScaled && network.isReadOnce(node.inputs[0]!), 'of other than x/√2');
  network.replaceLast(draft);
  set(node, network, { approximate: 'none', step: 'bend', x: { ...scaled, layer: draft.inputs[0]! } });
};

export const readTanh: ReadNode = (node, network) => {
  const value = network.value(node, 0);
  if (value.form !== 'gelu') return readAs('tanh')(node, network);
  require(value.step === 'argument', WHAT);
  set(node, network, { ...value, step: 'bend' });
};

/** x² and x³, of which the latter is part of a GELU. */
export const readPow: ReadNode = (node, network) => {
  const x = network.layerValue(node, 0);
  const { values } = network.constant(node, 1);
  require(values.length === 1 && (values[0] === 2 || values[0] === 3), `by ${values.join(', ')}, not 2 or 3`);
  set(node, network, { approximate: 'tanh', step: values[0] === 2 ? 'square' : 'cube', x });
};

/** The step that a sum or product with a constant is on the way to a GELU; false if it is none. */
export function readBendStep(
  node: Node,
  network: NetworkBuilder,
  { value, constant }: { readonly value: Value; readonly constant: Constant },
): boolean {
  if (value.form !== 'gelu') return false;
  const number = constant.values.length === 1 ? constant.values[0]! : Number.NaN;
  if (node.op === 'Add') {
    require(value.step === 'bend' && number === 1, WHAT);
    set(node, network, { ...value, step: 'raised' });
    return true;
  }
  const [factor, made] = FACTORS[value.step] ?? [Number.NaN];
  require(made !== undefined && near(number, factor), WHAT);
  if (made === 'gelu') finish(node, network, value);
  else set(node, network, { ...value, step: made });
  return true;
}

/** The sum of x and its share of x³; false if it is none. */
export function readBendSum(node: Node, network: NetworkBuilder): boolean {
  const pair = findPair(node, network);
  if (!pair) return false;
  const { bend, other } = pair;
  require(bend.step === 'share' && other.layer === bend.x.layer, WHAT);
  set(node, network, { ...bend, step: 'sum' });
  return true;
}

/** x·x, that times x, or the product of x, or of its half, with 1 and the bend; false if it is none. */
export function readBendProduct(node: Node, network: NetworkBuilder): boolean {
  const pair = findPair(node, network);
  if (!pair) return readSquare(node, network);
  const { bend, other } = pair;
  if (other.layer === bend.x.layer) {
    const made = { square: 'cube', raised: 'product', halved: 'gelu' }[bend.step as string];
    require(made !== undefined, WHAT);
    if (made === 'gelu') finish(node, network, bend);
    else set(node, network, { ...bend, step: made as BendValue['step'] });
    return true;
  }
  const half = network.draftOf(other);
  const isHalf =
    half?.fields.kind === 'multiply' && half.fields.factor === 0.5 && half.inputs[0] === bend.x.layer;
  require(isHalf && bend.step === 'raised', WHAT);
  network.replaceLast(half);
  finish(node, network, bend);
  return true;
}

function readSquare(node: Node, network: NetworkBuilder): boolean {
  const [x, other] = [network.layerValue(node, 0), network.layerValue(node, 1)];
  if (x.layer !== other.layer || x.form !== other.form) return false;
  set(node, network, { approximate: 'tanh', step: 'square', x });
  return true;
}

function findPair(node: Node, network: NetworkBuilder): { bend: BendValue; other: LayerValue } | null {
  const values = [network.value(node, 0), network.value(node, 1)];
  const bend = values.find((value) => value.form === 'gelu');
  return bend ? { bend, other: network.layerValue(node, values[0] === bend ? 1 : 0) } : null;
}

function set(node: Node, network: NetworkBuilder, value: Omit<BendValue, 'form'>): void {
  network.set(node.outputs[0]!, { form: 'gelu', ...value });
}

function finish(node: Node, network: NetworkBuilder, { x, approximate }: BendValue): void {
  network.add(node, { kind: 'gelu', ...(approximate === 'tanh' && { approximate }) }, x.shape, [x]);
}
