import { kernelRows, type WindowGeometry } from '../kernels/geometry.js';
import { countGroups, GROUP_IMAGES } from '../kernels/lanes.js';
import type { BoundLayer, LayerSite, Pass, UnitPass } from './layer.js';
import { overParts, rowsOf, widthOf } from './parts.js';

/**
 * With fewer output positions than this, a unit has so few that its sums would hardly be begun before they are folded: then rows of dF
 * are shared out, each summed over the whole mini-batch.
 */
const MIN_POSITIONS_TO_CUT_BY_UNITS = 100;
/** Rows of dF that one task sums: their channels of X stay in the cache while dY passes. */
export const KERNEL_ROWS_PER_BLOCK = 20;

/** Whether dF is cut by its rows instead of by the mini-batch's units. */
export function cutsKernelByRows(g: WindowGeometry): boolean {
  return g.outputHeight * g.outputWidth < MIN_POSITIONS_TO_CUT_BY_UNITS;
}

/**
 * A convolution on groups of 16 images. A unit makes its rows of Y from rows of X that may be other units', and its rows of dX from such
 * rows of dY; its part of dF comes from its own rows of dY.
 */
export function bindConvolutionLanes(g: WindowGeometry, site: LayerSite): BoundLayer {
  const { kernels, scratch, input, output } = site;
  const { kernel, bias } = site.parameters;
  const biasValue = bias?.value ?? null;
  const forward: UnitPass = {
    products: 1,
    over: 'units',
    waits: true,
    run(unit) {
      const { first, count } = rowsOf(unit, g.outputHeight);
      kernels.convolutionForwardLanes(
        g,
        input.value,
        kernel!.value,
        biasValue,
        output.value,
        unit.group,
        first,
        count,
      );
    },
  };
  if (!site.training) return { prepare: [], forward: [forward], backward: [] };

  const rows = kernelRows(g);
  const backward: Pass[] = [];
  const kernelGradient = { name: 'kernel gradient', products: 1 };
  if (cutsKernelByRows(g)) {
    const groups = () => countGroups(site.batch.size);
    backward.push({
      ...kernelGradient,
      over: 'blocks',
      waits: true,
      blocks: Math.ceil(rows / KERNEL_ROWS_PER_BLOCK),
      run(first, count) {
        for (let block = first; block < first + count; block++) {
          const row = block * KERNEL_ROWS_PER_BLOCK;
          const some = Math.min(KERNEL_ROWS_PER_BLOCK, rows - row);
          const gradient = kernel!.gradient[0]!;
          kernels.convolutionKernelGradientLanes(
            g,
            input.value,
            output.gradient,
            gradient,
            0,
            groups(),
            0,
            g.outputHeight,
            row,
            some,
          );
        }
      },
    });
  } else {
    backward.push({
      ...kernelGradient,
      over: 'units',
      waits: false,
      run(unit) {
        const { first, count } = rowsOf(unit, g.outputHeight);
        const gradient = kernel!.gradient[unit.index]!;
        kernels.convolutionKernelGradientLanes(
          g,
          input.value,
          output.gradient,
          gradient,
          unit.group,
          1,
          first,
          count,
          0,
          rows,
        );
      },
    });
  }
  if (bias) {
    const width = widthOf(output.shape, 'lanes');
    const sums = new Float32Array(width);
    scratch.book(kernels.channelScratchFloats(width));
    backward.push(
      overParts(
        output.shape,
        'lanes',
        (part) => {
          kernels.sumRows(width, output.gradient, sums, scratch.floats, part.firstRow, part.rows);
          kernels.sumChannelLanes(width / GROUP_IMAGES, sums, bias.gradient[part.index]!);
        },
        { name: 'bias gradient' },
      ),
    );
  }
  if (site.needsInputGradient) {
    backward.push({
      products: 1,
      over: 'units',
      waits: true,
      run(unit) {
        const { first, count } = rowsOf(unit, g.inputHeight);
        kernels.convolutionInputGradientLanes(
          g,
          output.gradient,
          kernel!.value,
          input.gradient,
          unit.group,
          first,
          count,
        );
      },
    });
  }
  return { prepare: [], forward: [forward], backward };
}
