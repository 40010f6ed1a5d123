import { kernelColumns, kernelRows } from '../geometry.js';
import { packedFloats } from '../interface/products.js';
import type { Kernels } from '../kernels.js';
import { packedStride } from './packed-stride.js';
import { inputFloats, listTaps, outputFloats } from './window.js';

/*
 * c counts the input channels of a group and d its output channels; row is a row of the group's kernel matrix.
 */

export const bindConvolutionForward: Kernels['bindConvolutionForward'] =
  ({ g, x, packed, bias, y }) =>
  (firstImage, images) => {
    const taps = listTaps(g);
    const [inputs, outputs] = [g.inputChannels / g.groups, kernelColumns(g)];
    const stride = packedStride(outputs);
    for (let image = firstImage; image < firstImage + images; image++) {
      const sums = new Float64Array(outputFloats(g));
      for (let i = 0; i < sums.length; i++) sums[i] = bias === null ? 0 : bias[i % g.outputChannels]!;
      for (let group = 0; group < g.groups; group++) {
        const f = packed.subarray(group * packedFloats(kernelRows(g), outputs));
        for (const tap of taps) {
          for (let c = 0; c < inputs; c++) {
            const value = x[image * inputFloats(g) + tap.input * g.inputChannels + group * inputs + c]!;
            const row = tap.kernel * inputs + c;
            for (let d = 0; d < outputs; d++) {
              sums[tap.output * g.outputChannels + group * outputs + d]! += value * f[row * stride + d]!;
            }
          }
        }
      }
      y.set(sums, image * outputFloats(g));
    }
  };

export const bindConvolutionInputGradient: Kernels['bindConvolutionInputGradient'] =
  ({ g, dy, packed, dx }) =>
  (firstImage, images) => {
    const taps = listTaps(g);
    const [inputs, outputs] = [g.inputChannels / g.groups, kernelColumns(g)];
    const stride = packedStride(kernelRows(g));
    for (let image = firstImage; image < firstImage + images; image++) {
      const sums = new Float64Array(inputFloats(g));
      for (let group = 0; group < g.groups; group++) {
        const f = packed.subarray(group * packedFloats(outputs, kernelRows(g)));
        for (const tap of taps) {
          for (let d = 0; d < outputs; d++) {
            const value = dy[image * outputFloats(g) + tap.output * g.outputChannels + group * outputs + d]!;
            for (let c = 0; c < inputs; c++) {
              const row = tap.kernel * inputs + c;
              sums[tap.input * g.inputChannels + group * inputs + c]! += value * f[d * stride + row]!;
            }
          }
        }
      }
      dx.set(sums, image * inputFloats(g));
    }
  };

export const bindConvolutionKernelGradient: Kernels['bindConvolutionKernelGradient'] =
  ({ g, x, dy, df }) =>
  (firstImage, images, firstRow, rows) => {
    const taps = listTaps(g);
    const [inputs, outputs] = [g.inputChannels / g.groups, kernelColumns(g)];
    const sums = new Float64Array(rows * outputs);
    for (let image = firstImage; image < firstImage + images; image++) {
      for (let group = 0; group < g.groups; group++) {
        for (const tap of taps) {
          for (let c = 0; c < inputs; c++) {
            const row = group * kernelRows(g) + tap.kernel * inputs + c;
            if (row < firstRow || row >= firstRow + rows) continue;
            const value = x[image * inputFloats(g) + tap.input * g.inputChannels + group * inputs + c]!;
            for (let d = 0; d < outputs; d++) {
              sums[(row - firstRow) * outputs + d]! +=
                value * dy[image * outputFloats(g) + tap.output * g.outputChannels + group * outputs + d]!;
            }
          }
        }
      }
    }
    df.set(sums, firstRow * outputs);
  };
