import { kernelRows } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { packedStride } from './products.js';
import { inputFloats, listTaps, outputFloats } from './window.js';

export const convolutionForward: Kernels['convolutionForward'] = (
  g,
  x,
  packed,
  bias,
  y,
  _scratch,
  firstImage,
  images,
) => {
  const taps = listTaps(g);
  const stride = packedStride(g.outputChannels);
  for (let image = firstImage; image < firstImage + images; image++) {
    const sums = new Float64Array(outputFloats(g));
    for (let i = 0; i < sums.length; i++) sums[i] = bias === null ? 0 : bias[i % g.outputChannels]!;
    for (const tap of taps) {
      for (let c = 0; c < g.inputChannels; c++) {
        const value = x[image * inputFloats(g) + tap.input * g.inputChannels + c]!;
        const row = tap.kernel * g.inputChannels + c;
        for (let d = 0; d < g.outputChannels; d++) {
          sums[tap.output * g.outputChannels + d]! += value * packed[row * stride + d]!;
        }
      }
    }
    y.set(sums, image * outputFloats(g));
  }
};

export const convolutionInputGradient: Kernels['convolutionInputGradient'] = (
  g,
  dy,
  packed,
  dx,
  _scratch,
  firstImage,
  images,
) => {
  const taps = listTaps(g);
  const stride = packedStride(kernelRows(g));
  for (let image = firstImage; image < firstImage + images; image++) {
    const sums = new Float64Array(inputFloats(g));
    for (const tap of taps) {
      for (let d = 0; d < g.outputChannels; d++) {
        const value = dy[image * outputFloats(g) + tap.output * g.outputChannels + d]!;
        for (let c = 0; c < g.inputChannels; c++) {
          const row = tap.kernel * g.inputChannels + c;
          sums[tap.input * g.inputChannels + c]! += value * packed[d * stride + row]!;
        }
      }
    }
    dx.set(sums, image * inputFloats(g));
  }
};

export const convolutionKernelGradient: Kernels['convolutionKernelGradient'] = (
  g,
  x,
  dy,
  df,
  _scratch,
  firstImage,
  images,
  firstRow,
  rows,
) => {
  const taps = listTaps(g);
  const sums = new Float64Array(rows * g.outputChannels);
  for (let image = firstImage; image < firstImage + images; image++) {
    for (const tap of taps) {
      for (let c = 0; c < g.inputChannels; c++) {
        const row = tap.kernel * g.inputChannels + c;
        if (row < firstRow || row >= firstRow + rows) continue;
        const value = x[image * inputFloats(g) + tap.input * g.inputChannels + c]!;
        for (let d = 0; d < g.outputChannels; d++) {
          sums[(row - firstRow) * g.outputChannels + d]! +=
            value * dy[image * outputFloats(g) + tap.output * g.outputChannels + d]!;
        }
      }
    }
  }
  df.set(sums, firstRow * g.outputChannels);
};
