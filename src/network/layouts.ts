import type { Shape } from '../core/shape.js';
import { MAX_PARTIALS } from '../kernels/constants.js';
import type { LayerKinds } from '../layers/layer.js';
import { countUnits } from '../layers/parts.js';
import type { Batch } from '../layers/pass.js';
import { FlatNetwork, type FlatStep, type Setting } from './flatten.js';
import { INPUT } from './inputs.js';
import type { NamedLayer } from './named-layers.js';

/** With fewer images most lanes of a bundle would be idle. */
const MIN_IMAGES_IN_LANES = 8;

export interface FlattenOptions {
  readonly cut: Pick<Batch, 'size' | 'bands'>;
  /** The places of the layers that heads read. */
  readonly heads: readonly number[];
  readonly training: boolean;
  readonly kinds: LayerKinds;
}

/**
 * Flattens a network and chooses its layouts: from its input on, as many layers as suit them work with images in lanes, a composite if all inside
 * it do, and if one of them gains by it; where others read what those make, a change of layout is put in. A rule of shapes and the mini-batch's
 * size alone.
 *
 * @throws UserError if a layer does not fit its input
 */
export function flattenNetwork(
  input: Shape,
  layers: readonly NamedLayer[],
  { cut, heads, training, kinds }: FlattenOptions,
): FlatNetwork {
  const needed = findNeeded(layers);
  const inLanes = findInLanes(input, layers, cut, kinds);
  const settings = layers.map(
    (_, place): Setting => ({
      layout: inLanes.has(place) ? 'lanes' : 'images',
      auxiliary: !needed.has(place),
    }),
  );
  const inputLayout = inLanes.size > 0 ? 'lanes' : 'images';
  const network = new FlatNetwork(input, inputLayout, { training, kinds });
  network.append(layers, { settings, heads: training ? heads : [], output: OUTPUT });
  return network;
}

const OUTPUT: Setting = { layout: 'images', auxiliary: false };

/** The layers that the last one depends on. */
function findNeeded(layers: readonly NamedLayer[]): Set<number> {
  const needed = new Set([layers.length - 1]);
  for (let place = layers.length - 1; place >= 0; place--) {
    if (needed.has(place)) for (const source of layers[place]!.sources) needed.add(source);
  }
  return needed;
}

/** The layers that work with images in lanes. */
function findInLanes(
  input: Shape,
  layers: readonly NamedLayer[],
  cut: Pick<Batch, 'size' | 'bands'>,
  kinds: LayerKinds,
): Set<number> {
  if (cut.size < MIN_IMAGES_IN_LANES || countUnits(cut) > MAX_PARTIALS) return new Set();
  const network = new FlatNetwork(input, 'images', { training: true, kinds });
  const stepsOf = network.append(layers, { settings: layers.map(() => OUTPUT), heads: [], output: OUTPUT });
  const suits = ({ kind, config, inputs }: FlatStep) =>
    kind.suitsLanes?.(config, network.tensors[inputs[0]!]!.shape) ?? false;
  const inLanes = new Set([INPUT]);
  for (const [place, { sources }] of layers.entries()) {
    if (sources.every((source) => inLanes.has(source)) && stepsOf[place]!.every(suits)) inLanes.add(place);
  }
  inLanes.delete(INPUT);
  const gains = [...inLanes].some((place) => stepsOf[place]!.some(({ kind }) => kind.gainsByLanes));
  return gains ? inLanes : new Set();
}
