import { type Shape, sizeOf } from '../../core/shape.js';
import type { ConvolveBundles } from '../../kernels/interface/convolution-lanes.js';
import { countBundles } from '../../kernels/lanes.js';
import type { LayerSite } from '../layer.js';
import { rowsOf } from '../parts.js';
import type { Pass } from '../pass.js';

/** Weights that are too many for a core's cache: four megabytes. */
const MANY_WEIGHTS = 2 ** 20;
/** Tiles, or positions, of one or several bundles that are worth reading those for once. */
const ENOUGH_TILES = 8;
/** Tasks that such a layer is cut into at least, of so many channels at least. */
const LEAST_TASKS = 8;
const LEAST_CHANNELS = 64;
/** Of layers with fewer weights. */
const FEW_CHANNELS = 16;

/** How a convolution makes Y or dX, in lanes. */
interface Products {
  /** Y or dX. */
  readonly values: Float32Array;
  readonly shape: Shape;
  /** Of a bundle: of minimal filtering, or positions. */
  readonly tiles: number;
  /** That a bundle reads. */
  readonly weights: number;
  /** Whether tiles overlap in the result, so that units would have rows of tiles in common. Absent: false. */
  readonly overlap?: boolean;
}

/**
 * The pass of Y or dX in lanes: unit by unit, or, where a bundle has few tiles for as many weights as no cache holds, by some bundles at once and
 * some channels. A rule of shapes alone; no bit depends on it.
 */
export function overBundles(
  { batch, training }: LayerSite,
  { values, shape, tiles, weights, overlap = false }: Products,
  run: ConvolveBundles,
): Pass {
  const { height, channels } = shape;
  const order = { products: 1, waits: true };
  const together = weights < MANY_WEIGHTS ? 1 : Math.ceil(ENOUGH_TILES / tiles);
  if (together === 1 && !overlap) {
    return {
      ...order,
      over: 'units',
      run(unit) {
        const { first, count } = rowsOf(unit, height);
        run(unit.bundle, 1, batch.size, first, count, 0, channels);
      },
    };
  }
  const groups = Math.ceil(countBundles(values.length / sizeOf(shape)) / together);
  // In evaluation a worker is alone with its images.
  const least = training ? LEAST_TASKS : 1;
  const fewest = together === 1 ? FEW_CHANNELS : LEAST_CHANNELS;
  const cuts = Math.max(1, Math.min(Math.floor(channels / fewest), Math.round(least / groups)));
  return {
    ...order,
    over: 'blocks',
    blocks: cuts * groups,
    sharesWork: true,
    run(firstBlock, blocks) {
      for (let block = firstBlock, end = firstBlock + blocks; block < end; ) {
        // A worker's own are neighbours, of the same weights.
        const [cut, group] = [Math.floor(block / groups), block % groups];
        const first = group * together;
        // Several groups of a cut, or all that there are of several cuts.
        const [more, some] = groups === 1 ? [end - block, 1] : [1, Math.min(groups - group, end - block)];
        const bundles = Math.min(some * together, countBundles(batch.size) - first);
        const channel = Math.floor((cut * channels) / cuts);
        const last = Math.floor(((cut + more) * channels) / cuts);
        if (bundles > 0) run(first, bundles, batch.size, 0, height, channel, last - channel);
        block += more * some;
      }
    },
  };
}
