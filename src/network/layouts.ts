import type { Shape } from '../core/shape.js';
import { MAX_PARTIALS } from '../kernels/constants.js';
import type { LayerKinds } from '../layers/layer.js';
import { countUnits } from '../layers/parts.js';
import type { Batch } from '../layers/pass.js';
import { FlatNetwork, type FlatStep } from './flatten.js';
import type { NamedLayer } from './named-layers.js';

/** With fewer images most lanes of a bundle would be idle. */
const MIN_IMAGES_IN_LANES = 8;

/**
 * Flattens a network and chooses its layouts: as many layers at its head as suit them work with images in lanes, a composite if all inside
 * it do, and if one of them gains by it; behind them a change of layout is put in. A rule of shapes and the mini-batch's size alone.
 *
 * @throws UserError if a layer does not fit its input
 */
export function flattenNetwork(
  input: Shape,
  layers: readonly NamedLayer[],
  cut: Pick<Batch, 'size' | 'bands'>,
  kinds: LayerKinds,
): FlatNetwork {
  const inLanes = countLayersInLanes(input, layers, cut, kinds);
  const layoutOf = (index: number) => (index < inLanes ? 'lanes' : 'images');
  const network = new FlatNetwork(input, layoutOf(0), kinds);
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
  kinds: LayerKinds,
): number {
  if (cut.size < MIN_IMAGES_IN_LANES || countUnits(cut) > MAX_PARTIALS) return 0;
  const network = new FlatNetwork(input, 'lanes', kinds);
  let gains = false;
  for (const [index, layer] of layers.entries()) {
    const steps = network.append(layer, 'lanes');
    const suits = ({ kind, config, inputs }: FlatStep) =>
      kind.suitsLanes?.(config, network.tensors[inputs[0]!]!.shape) ?? false;
    if (!steps.every(suits)) return gains ? index : 0;
    gains ||= steps.some(({ kind }) => kind.gainsByLanes);
  }
  return gains ? layers.length : 0;
}
