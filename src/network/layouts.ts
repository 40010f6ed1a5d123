import type { Shape } from '../core/shape.js';
import { MAX_PARTIALS } from '../kernels/constants.js';
import { countUnits } from '../layers/parts.js';
import type { Batch } from '../layers/pass.js';
import { findKind } from '../layers/registry.js';
import { FlatNetwork, type FlatStep } from './flatten.js';
import type { NamedLayer } from './named-layers.js';

/** With fewer images most lanes of a group would be idle. */
const MIN_IMAGES_IN_LANES = 8;

/**
 * Flattens a network and chooses its layouts: as many layers at its head as suit them work with images in lanes, a composite if all inside
 * it do; behind them a change of layout is put in. A rule of shapes and the mini-batch's size alone.
 *
 * @throws UserError if a layer does not fit its input
 */
export function flattenNetwork(
  input: Shape,
  layers: readonly NamedLayer[],
  cut: Pick<Batch, 'size' | 'bands'>,
): FlatNetwork {
  const inLanes = countLayersInLanes(input, layers, cut);
  const layoutOf = (index: number) => (index < inLanes ? 'lanes' : 'images');
  const network = new FlatNetwork(input, layoutOf(0));
  for (const [index, layer] of layers.entries()) {
    network.append(layer, layoutOf(index));
    if (index + 1 === inLanes) network.appendRelayout(layer);
  }
  return network;
}

function countLayersInLanes(
  input: Shape,
  layers: readonly NamedLayer[],
  cut: Pick<Batch, 'size' | 'bands'>,
): number {
  if (cut.size < MIN_IMAGES_IN_LANES || countUnits(cut) > MAX_PARTIALS) return 0;
  const network = new FlatNetwork(input, 'lanes');
  let convolves = false;
  for (const [index, layer] of layers.entries()) {
    const steps = network.append(layer, 'lanes');
    const suits = ({ config, inputs }: FlatStep) =>
      findKind(config.kind).suitsLanes?.(config, network.tensors[inputs[0]!]!.shape) ?? false;
    if (!steps.every(suits)) return convolves ? index : 0;
    convolves ||= steps.some(({ config }) => config.kind === 'convolution');
  }
  return convolves ? layers.length : 0;
}
