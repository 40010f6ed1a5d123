import { GROUP_IMAGES } from '../constants.js';
import type { WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { imagesOfGroup, lanesInUse } from '../lanes.js';
import { inputFloats, listTaps, outputFloats, type Tap } from './window.js';

const LANES = Array.from({ length: GROUP_IMAGES }, (_, lane) => lane);

/** The lanes that are computed of a group. */
function lanesOf(group: number, images: number): number[] {
  return LANES.slice(0, lanesInUse(imagesOfGroup(group, images)));
}

export const bindConvolutionForwardLanes: Kernels['bindConvolutionForwardLanes'] =
  ({ g, x, f, bias, y }) =>
  (group, images, firstRow, rows) => {
    const lanes = lanesOf(group, images);
    const sums = new Float64Array(outputFloats(g) * GROUP_IMAGES);
    for (let i = 0; i < sums.length; i++) {
      if (i % GROUP_IMAGES < lanes.length && bias !== null)
        sums[i] = bias[Math.floor(i / GROUP_IMAGES) % g.outputChannels]!;
    }
    forEachProduct(g, ({ input, output, weight }) => {
      for (const lane of lanes) sums[output + lane]! += x[group * groupInput(g) + input + lane]! * f[weight]!;
    });
    copyRows(sums, y, group * groupOutput(g), g.outputWidth * g.outputChannels, firstRow, rows);
  };

export const bindConvolutionInputGradientLanes: Kernels['bindConvolutionInputGradientLanes'] =
  ({ g, dy, f, dx }) =>
  (group, images, firstRow, rows) => {
    const lanes = lanesOf(group, images);
    const sums = new Float64Array(groupInput(g));
    forEachProduct(g, ({ input, output, weight }) => {
      for (const lane of lanes)
        sums[input + lane]! += dy[group * groupOutput(g) + output + lane]! * f[weight]!;
    });
    copyRows(sums, dx, group * groupInput(g), g.inputWidth * g.inputChannels, firstRow, rows);
  };

export const bindConvolutionKernelGradientLanes: Kernels['bindConvolutionKernelGradientLanes'] =
  ({ g, x, dy, df }) =>
  (firstGroup, groups, images, firstRow, rows, firstKernelRow, kernelRows) => {
    const n = g.outputChannels;
    const sums = new Float64Array(g.kernelHeight * g.kernelWidth * g.inputChannels * n);
    forEachProduct(g, ({ input, output, weight }, tap) => {
      const row = Math.floor(tap.output / g.outputWidth);
      if (row < firstRow || row >= firstRow + rows) return;
      for (let group = firstGroup; group < firstGroup + groups; group++) {
        for (let lane = 0; lane < lanesInUse(imagesOfGroup(group, images)); lane++) {
          sums[weight]! +=
            x[group * groupInput(g) + input + lane]! * dy[group * groupOutput(g) + output + lane]!;
        }
      }
    });
    df.set(sums.subarray(firstKernelRow * n, (firstKernelRow + kernelRows) * n), firstKernelRow * n);
  };

export const bindSumChannelLanes: Kernels['bindSumChannelLanes'] =
  ({ channels, x, sums }) =>
  () => {
    for (let c = 0; c < channels; c++)
      sums[c] = LANES.reduce((sum, lane) => sum + x[c * GROUP_IMAGES + lane]!, 0);
  };

export const bindClearLanes: Kernels['bindClearLanes'] =
  ({ x }) =>
  (images, firstElement, elements) => {
    for (let i = firstElement; i < firstElement + elements; i++)
      x.fill(0, i * GROUP_IMAGES + images, (i + 1) * GROUP_IMAGES);
  };

export const bindGatherLanes: Kernels['bindGatherLanes'] =
  ({ lanes, images, floatsPerImage }) =>
  (group, count) => {
    for (const lane of LANES.slice(0, count)) {
      for (let e = 0; e < floatsPerImage; e++) {
        const image = group * GROUP_IMAGES + lane;
        images[image * floatsPerImage + e] = lanes[(group * floatsPerImage + e) * GROUP_IMAGES + lane]!;
      }
    }
  };

export const bindScatterLanes: Kernels['bindScatterLanes'] =
  ({ images, lanes, floatsPerImage }) =>
  (group, count) => {
    for (const lane of LANES) {
      for (let e = 0; e < floatsPerImage; e++) {
        const image = group * GROUP_IMAGES + lane;
        lanes[(group * floatsPerImage + e) * GROUP_IMAGES + lane] =
          lane < count ? images[image * floatsPerImage + e]! : 0;
      }
    }
  };

const groupInput = (g: WindowGeometry) => inputFloats(g) * GROUP_IMAGES;
const groupOutput = (g: WindowGeometry) => outputFloats(g) * GROUP_IMAGES;

/** Every product of a convolution: offsets of its input and output (of lane 0, in one group) and of its weight. */
function forEachProduct(
  g: WindowGeometry,
  visit: (at: { input: number; output: number; weight: number }, tap: Tap) => void,
): void {
  for (const tap of listTaps(g)) {
    for (let c = 0; c < g.inputChannels; c++) {
      for (let d = 0; d < g.outputChannels; d++) {
        const at = {
          input: (tap.input * g.inputChannels + c) * GROUP_IMAGES,
          output: (tap.output * g.outputChannels + d) * GROUP_IMAGES,
          weight: (tap.kernel * g.inputChannels + c) * g.outputChannels + d,
        };
        visit(at, tap);
      }
    }
  }
}

function copyRows(
  from: Float64Array,
  to: Float32Array,
  offset: number,
  rowChannels: number,
  firstRow: number,
  rows: number,
): void {
  const rowFloats = rowChannels * GROUP_IMAGES;
  to.set(from.subarray(firstRow * rowFloats, (firstRow + rows) * rowFloats), offset + firstRow * rowFloats);
}
