import type { Attribute } from '../graph-writer.js';
import type { LayerSite, Value, WriteLayer } from '../layer-site.js';

/** The version of ONNX's operators that has some of them first. */
const GELU_OPSET = 20;
const MISH_OPSET = 18;

/** A kind that is one node without options of its own. */
export function writeAs(op: string, attributes: Readonly<Record<string, Attribute>> = {}): WriteLayer {
  return (_config, site) => finish(site, op, [site.input.name], attributes);
}

/** Ends a layer that changes no shape. */
function finish(
  site: LayerSite,
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Value {
  return site.finish(op, inputs, attributes, site.input.isFlat);
}

export const writeRelu6: WriteLayer = (_config, site) =>
  finish(site, 'Clip', [site.input.name, site.number('least', 0), site.number('most', 6)]);

export const writeLeakyRelu: WriteLayer = ({ slope }: { slope: number }, site) =>
  finish(site, 'LeakyRelu', [site.input.name], { alpha: { float: slope } });

export const writePrelu: WriteLayer = (_config, site) =>
  finish(site, 'PRelu', [site.input.name, site.weights('slope', site.perChannel(), site.tensors.slope!)]);

export const writeElu: WriteLayer = ({ alpha }: { alpha: number }, site) =>
  finish(site, 'Elu', [site.input.name], { alpha: { float: alpha } });

export const writeHardSigmoid = writeAs('HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });

export const writeSilu: WriteLayer = (_config, site) => {
  const x = site.input.name;
  return finish(site, 'Mul', [x, site.node('sigmoid', 'Sigmoid', [x])]);
};

export const writeMish: WriteLayer = (_config, site) => {
  const x = site.input.name;
  if (site.opset >= MISH_OPSET) return finish(site, 'Mish', [x]);
  const softplus = site.node('softplus', 'Softplus', [x]);
  return finish(site, 'Mul', [x, site.node('tanh', 'Tanh', [softplus])]);
};

/** x·½·(1 + erf(x/√2)), or with tanh(√(2/π)·(x + 0.044715·x³)) in the place of erf. */
export const writeGelu: WriteLayer = ({ approximate }: { approximate: 'none' | 'tanh' }, site) => {
  const x = site.input.name;
  if (site.opset >= GELU_OPSET) return finish(site, 'Gelu', [x], { approximate: { text: approximate } });
  const bend = approximate === 'tanh' ? addTanhBend(site, x) : addErfBend(site, x);
  const raised = site.node('raised', 'Add', [bend, site.number('one', 1)]);
  const half = site.node('half', 'Mul', [x, site.number('one half', 0.5)]);
  return finish(site, 'Mul', [half, raised]);
};

function addErfBend(site: LayerSite, x: string): string {
  const scaled = site.node('scaled', 'Mul', [x, site.number('root of one half', Math.SQRT1_2)]);
  return site.node('erf', 'Erf', [scaled]);
}

function addTanhBend(site: LayerSite, x: string): string {
  const square = site.node('square', 'Mul', [x, x]);
  const cube = site.node('cube', 'Mul', [square, x]);
  const share = site.node('share', 'Mul', [cube, site.number('cube factor', 0.044715)]);
  const sum = site.node('sum', 'Add', [x, share]);
  const scaled = site.node('scaled', 'Mul', [sum, site.number('scale', Math.sqrt(2 / Math.PI))]);
  return site.node('tanh', 'Tanh', [scaled]);
}

/** Where e^−(beta·x) is below half of the last bit of beta·x, the identity and what it stands in for are one number. */
const INVISIBLE_THRESHOLD = 17;

export const writeSoftplus: WriteLayer = ({ beta, threshold }: { beta: number; threshold: number }, site) => {
  const x = site.input.name;
  const hasThreshold = threshold < INVISIBLE_THRESHOLD;
  if (beta === 1 && !hasThreshold) return finish(site, 'Softplus', [x]);
  const scaled = site.node('scaled', 'Mul', [x, site.number('beta', beta)]);
  const bent = site.node('softplus', 'Softplus', [scaled]);
  const divisor = [bent, site.number('divisor', beta)];
  if (!hasThreshold) return finish(site, 'Div', divisor);
  const soft = site.node('soft', 'Div', divisor);
  const isAbove = site.node('is above', 'Greater', [scaled, site.number('threshold', threshold)]);
  return finish(site, 'Where', [isAbove, x, soft]);
};
