import type { LayerSite, Value, WriteLayer } from '../layer-site.js';

/** Inputs as they are if all are flat, else all as maps. */
function alike(site: LayerSite): { names: string[]; isFlat: boolean } {
  const isFlat = site.inputs.every((input) => input.isFlat);
  return { names: site.inputs.map((input) => (isFlat ? input.name : site.maps(input))), isFlat };
}

/** ((x1 + x2) + x3) + … */
export const writeAdd: WriteLayer = (_config, site) => {
  const { names, isFlat } = alike(site);
  const sum = names.slice(1, -1).reduce((left, right) => site.node('sum', 'Add', [left, right]), names[0]!);
  return site.finish('Add', [sum, names.at(-1)!], {}, isFlat);
};

export const writeConcat: WriteLayer = (_config, site) => {
  const { names, isFlat } = alike(site);
  return site.finish('Concat', names, { axis: { int: 1 } }, isFlat);
};

/** A number for each channel, times the maps. In the other order OpenCV 4.6 takes a gate by a hard sigmoid for a hard swish. */
export const writeGate: WriteLayer = (_config, site) => {
  const { names, isFlat } = alike(site);
  return site.finish('Mul', names.toReversed(), {}, isFlat);
};

/** A layer that does nothing but in training. */
export const passOn: WriteLayer = (_config, site): Value => site.input;

export const writeMultiply: WriteLayer = ({ factor }: { factor: number }, site) =>
  site.finish('Mul', [site.input.name, site.number('factor', factor)], {}, site.input.isFlat);

/** One that its loss computes passes on what it reads: the outputs are logits. */
export const writeSoftmax: WriteLayer = ({ leftTo }: { leftTo?: string }, site) =>
  leftTo === undefined
    ? site.finish('Softmax', [site.input.name], { axis: { int: 1 } }, site.input.isFlat)
    : site.input;

export const writeChannelPadding: WriteLayer = (
  { before, after }: { before: number; after: number },
  site,
) => {
  const { isFlat, name } = site.input;
  const pads = isFlat ? [0, before, 0, after] : [0, before, 0, 0, 0, after, 0, 0];
  return site.finish('Pad', [name, site.integers('pads', pads)], { mode: { text: 'constant' } }, isFlat);
};
