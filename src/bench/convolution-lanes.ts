import { kernelRows, type WindowGeometry } from '../kernels/geometry.js';
import type { Kernels } from '../kernels/kernels.js';
import { countGroups, GROUP_IMAGES } from '../kernels/lanes.js';
import { cutsKernelByRows, kernelRowsPerBlock } from '../layers/convolution-direct.js';
import { type ConvolutionPart, inputFloats, kernelFloats, outputFloats } from './convolution-shape.js';
import { allocateFloats, drawFloats } from './floats.js';

/** A convolution's parts on groups of images side by side, groups×h×w×c×16; dF is summed as the layer does it on one worker. */
export function bindConvolutionLanes(
  g: WindowGeometry,
  images: number,
  kernels: Kernels,
): Record<ConvolutionPart, () => void> {
  const groups = countGroups(images);
  const lanes = groups * GROUP_IMAGES;
  const rows = kernelRows(g);
  const weights = kernelFloats(g);
  const x = drawFloats(lanes * inputFloats(g));
  const dx = allocateFloats(lanes * inputFloats(g));
  const y = allocateFloats(lanes * outputFloats(g));
  const dy = drawFloats(lanes * outputFloats(g));
  const f = drawFloats(weights);
  const df = allocateFloats(weights);
  const partials = allocateFloats(groups * weights);
  const partial = Array.from({ length: groups }, (_, group) =>
    partials.subarray(group * weights, (group + 1) * weights),
  );
  const sumByRows = () => {
    const most = kernelRowsPerBlock(g);
    for (let row = 0; row < rows; row += most) {
      const some = Math.min(most, rows - row);
      kernels.convolutionKernelGradientLanes(g, x, dy, df, 0, groups, images, 0, g.outputHeight, row, some);
    }
  };
  const sumByGroups = () => {
    for (const [group, part] of partial.entries()) {
      kernels.convolutionKernelGradientLanes(g, x, dy, part, group, 1, images, 0, g.outputHeight, 0, rows);
    }
    kernels.reducePartials(partials, groups, weights, df, 0, weights);
  };
  return {
    forward() {
      for (let group = 0; group < groups; group++) {
        kernels.convolutionForwardLanes(g, x, f, null, y, group, images, 0, g.outputHeight);
      }
    },
    'kernel-gradient': cutsKernelByRows(g) ? sumByRows : sumByGroups,
    'input-gradient'() {
      for (let group = 0; group < groups; group++) {
        kernels.convolutionInputGradientLanes(g, dy, f, dx, group, images, 0, g.inputHeight);
      }
    },
  };
}
