import { kernelRows, type WindowGeometry } from '../../kernels/geometry.js';
import { countBundles } from '../../kernels/lanes.js';
import type { LayerSite } from '../layer.js';
import { rowsOf } from '../parts.js';
import type { Pass } from '../pass.js';
import { overBundles } from './bundle-cut.js';
import type { LanePasses } from './convolution-products.js';

/**
 * With fewer output positions than this, a unit has so few that its sums would hardly be begun before they are folded: then rows of dF
 * are shared out, each summed over the whole mini-batch.
 */
const MIN_POSITIONS_TO_CUT_BY_UNITS = 100;
/** Most rows of dF that one task sums: their channels of X stay in the cache while dY passes. A multiple of a tile's rows. */
const MAX_KERNEL_ROWS = 20;
const TILE_ROWS = 5;
/** Tasks that rows of dF are cut into at least, if there are so many tiles. */
const MIN_KERNEL_TASKS = 12;

/** Rows of dF that one task sums. */
export function kernelRowsPerBlock(g: WindowGeometry): number {
  return Math.min(MAX_KERNEL_ROWS, TILE_ROWS * Math.ceil(kernelRows(g) / TILE_ROWS / MIN_KERNEL_TASKS));
}

/** Whether dF is cut by its rows instead of by the mini-batch's units. */
export function cutsKernelByRows(g: WindowGeometry): boolean {
  return g.outputHeight * g.outputWidth < MIN_POSITIONS_TO_CUT_BY_UNITS;
}

/** Y and dX by sums over taps. */
export function bindDirectProducts(g: WindowGeometry, site: LayerSite): LanePasses {
  const { kernels, input, output } = site;
  const { kernel, bias } = site.parameters;
  const f = kernel!.value;
  const forward = kernels.bindConvolutionForwardLanes({
    g,
    x: input.value,
    f,
    bias: bias?.value ?? null,
    y: output.value,
  });
  const inputGradient = kernels.bindConvolutionInputGradientLanes({
    g,
    dy: output.gradient,
    f,
    dx: input.gradient,
  });
  const weights = kernelRows(g) * g.outputChannels;
  return {
    prepare: [],
    forward: [
      overBundles(
        site,
        { values: output.value, shape: output.shape, tiles: g.outputHeight * g.outputWidth, weights },
        forward,
      ),
    ],
    inputGradient: [
      overBundles(
        site,
        { values: input.gradient, shape: input.shape, tiles: g.inputHeight * g.inputWidth, weights },
        inputGradient,
      ),
    ],
  };
}

/**
 * dF from each unit's own rows of dY, or of small maps some rows of it at a time from the whole mini-batch.
 *
 * @param behindInputGradient whether the passes for dX, behind whose barrier all of dY is there, come before
 */
export function bindDirectKernelGradient(
  g: WindowGeometry,
  { kernels, input, output, parameters, batch }: LayerSite,
  behindInputGradient: boolean,
): Pass {
  const correlate = parameters.kernel!.gradient.map((df) =>
    kernels.bindConvolutionKernelGradientLanes({ g, x: input.value, dy: output.gradient, df }),
  );
  const rows = kernelRows(g);
  const label = { name: 'kernel gradient', products: 1 };
  if (cutsKernelByRows(g)) {
    const most = kernelRowsPerBlock(g);
    return {
      ...label,
      over: 'blocks',
      waits: !behindInputGradient,
      aside: behindInputGradient,
      blocks: Math.ceil(rows / most),
      run(first, count) {
        for (let block = first; block < first + count; block++) {
          const row = block * most;
          const some = Math.min(most, rows - row);
          correlate[0]!(0, countBundles(batch.size), batch.size, 0, g.outputHeight, row, some);
        }
      },
    };
  }
  return {
    ...label,
    over: 'units',
    waits: false,
    run(unit) {
      const { first, count } = rowsOf(unit, g.outputHeight);
      correlate[unit.index]!(unit.bundle, 1, batch.size, first, count, 0, rows);
    },
  };
}
