import type { Constant } from '../constants.js';
import type { NetworkBuilder } from '../network-builder.js';
import { type Node, require } from '../node.js';
import type { LayerValue, Value } from '../values.js';
import type { ReadNode } from './read-node.js';

/** How near to √½ a factor comes that is meant to be that. */
const NEAR = 1e-5;

/** GELU before it had an operator of its own is x·½·(1 + erf(x/√2)), in any order of the factors: the first of its nodes that only it has. */
export const readErf: ReadNode = (node, network) => {
  const scaled = network.layerValue(node, 0);
  const draft = network.draftOf(scaled);
  const isScaled =
    draft?.fields.kind === 'multiply' && Math.abs((draft.fields.factor as number) - Math.SQRT1_2) < NEAR;
  require(isScaled && network.isReadOnce(node.inputs[0]!), 'of other than x/√2');
  network.replaceLast(draft);
  network.set(node.outputs[0]!, { form: 'gelu', step: 'erf', x: { ...scaled, layer: draft.inputs[0]! } });
};

/** The step that a sum or product with a constant is on the way to a GELU; false if it is none. */
export function readBendStep(
  node: Node,
  network: NetworkBuilder,
  { value, constant }: { readonly value: Value; readonly constant: Constant },
): boolean {
  if (value.form !== 'gelu') return false;
  const { step, x } = value;
  const number = constant.values.length === 1 ? constant.values[0] : Number.NaN;
  if (step === 'erf' && node.op === 'Add' && number === 1) {
    network.set(node.outputs[0]!, { form: 'gelu', step: 'raised', x });
    return true;
  }
  require(step === 'product' && node.op === 'Mul' && number === 0.5, 'of what is no GELU');
  network.add(node, { kind: 'gelu' }, x.shape, [x]);
  return true;
}

/** The product of x, or of its half, with 1 + erf(x/√2); false if it is none. */
export function readBendProduct(node: Node, network: NetworkBuilder): boolean {
  const values = [network.value(node, 0), network.value(node, 1)];
  const bend = values.find((value) => value.form === 'gelu');
  if (!bend) return false;
  const other = network.layerValue(node, values[0] === bend ? 1 : 0);
  require(bend.step === 'raised', 'of what is no GELU');
  const { x } = bend;
  if (other.layer === x.layer) {
    network.set(node.outputs[0]!, { form: 'gelu', step: 'product', x });
    return true;
  }
  const half = network.draftOf(other);
  require(isHalf(half, x), 'of what is no GELU');
  network.replaceLast(half);
  network.add(node, { kind: 'gelu' }, x.shape, [x]);
  return true;
}

function isHalf(
  draft: ReturnType<NetworkBuilder['draftOf']>,
  x: LayerValue,
): draft is NonNullable<typeof draft> {
  return draft?.fields.kind === 'multiply' && draft.fields.factor === 0.5 && draft.inputs[0] === x.layer;
}
