import type { WindowGeometry } from '../kernels/geometry.js';
import { GROUP_IMAGES } from '../kernels/lanes.js';
import type { BoundLayer, LayerSite, Pass, UnitPass } from './layer.js';
import { overParts, rowsOf, widthOf } from './parts.js';

/** Greatest number of channels, in and out, that goes into lanes; packed products are as quick on more. */
const MAX_CHANNELS = 64;

/** A convolution that is quick in lanes: narrow, and not a fully connected layer, whose few positions would be all edge. */
export function suitsLanes(filters: number, input: { channels: number }, covering: boolean): boolean {
  return !covering && filters <= MAX_CHANNELS && input.channels <= MAX_CHANNELS;
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

  const backward: Pass[] = [
    {
      over: 'units',
      waits: false,
      run(unit) {
        const { first, count } = rowsOf(unit, g.outputHeight);
        kernels.convolutionKernelGradientLanes(
          g,
          input.value,
          output.gradient,
          kernel!.gradient[unit.index]!,
          unit.group,
          unit.images,
          first,
          count,
        );
      },
    },
  ];
  if (bias) {
    const width = widthOf(output.shape, 'lanes');
    const sums = new Float32Array(width);
    scratch.book(kernels.channelScratchFloats(width));
    backward.push(
      overParts(output.shape, 'lanes', ({ index, firstRow, rows, lanes }) => {
        kernels.sumRows(width, output.gradient, sums, scratch.floats, firstRow, rows);
        kernels.sumChannelLanes(width / GROUP_IMAGES, sums, bias.gradient[index]!, lanes);
      }),
    );
  }
  if (site.needsInputGradient) {
    backward.push({
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
