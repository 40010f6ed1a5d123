import type { WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { packedStride } from './packed-stride.js';
import { inputFloats, listTaps, outputFloats } from './window.js';

export const bindDepthwiseForward: Kernels['bindDepthwiseForward'] =
  ({ g, lanes, x, packed, bias, y }) =>
  (firstBundle, bundles, firstRow, rows) => {
    const channels = g.outputChannels;
    const [inputSize, outputSize] = [inputFloats(g) * lanes, outputFloats(g) * lanes];
    for (let bundle = firstBundle; bundle < firstBundle + bundles; bundle++) {
      const sums = new Float64Array(outputSize);
      for (let i = 0; i < sums.length; i++)
        sums[i] = bias === null ? 0 : bias[Math.floor(i / lanes) % channels]!;
      forEachProduct(g, lanes, ({ input, output, tap, channel }) => {
        sums[output]! += x[bundle * inputSize + input]! * packed[tap * packedStride(channels) + channel]!;
      });
      copyRows(sums, y, bundle * outputSize, g.outputWidth * channels * lanes, firstRow, rows);
    }
  };

export const bindDepthwiseInputGradient: Kernels['bindDepthwiseInputGradient'] =
  ({ g, lanes, dy, packed, dx }) =>
  (firstBundle, bundles, firstRow, rows) => {
    const channels = g.inputChannels;
    const [inputSize, outputSize] = [inputFloats(g) * lanes, outputFloats(g) * lanes];
    for (let bundle = firstBundle; bundle < firstBundle + bundles; bundle++) {
      const sums = new Float64Array(inputSize);
      forEachProduct(g, lanes, ({ input, output, tap, channel }) => {
        sums[input]! += dy[bundle * outputSize + output]! * packed[tap * packedStride(channels) + channel]!;
      });
      copyRows(sums, dx, bundle * inputSize, g.inputWidth * channels * lanes, firstRow, rows);
    }
  };

export const bindDepthwiseKernelGradient: Kernels['bindDepthwiseKernelGradient'] =
  ({ g, lanes, x, dy, df }) =>
  (firstBundle, bundles, firstRow, rows) => {
    const taps = g.kernelHeight * g.kernelWidth;
    const [inputSize, outputSize] = [inputFloats(g) * lanes, outputFloats(g) * lanes];
    const sums = new Float64Array(g.inputChannels * taps);
    for (let bundle = firstBundle; bundle < firstBundle + bundles; bundle++) {
      forEachProduct(g, lanes, ({ input, output, tap, channel, row }) => {
        if (row < firstRow || row >= firstRow + rows) return;
        sums[channel * taps + tap]! += x[bundle * inputSize + input]! * dy[bundle * outputSize + output]!;
      });
    }
    df.set(sums);
  };

interface Product {
  /** Offsets of its input and its output in one bundle. */
  readonly input: number;
  readonly output: number;
  readonly tap: number;
  readonly channel: number;
  /** Of the output. */
  readonly row: number;
}

/** Every product of a depthwise convolution of one bundle. */
function forEachProduct(g: WindowGeometry, lanes: number, visit: (product: Product) => void): void {
  for (const { input, output, kernel } of listTaps(g)) {
    const row = Math.floor(output / g.outputWidth);
    for (let i = 0; i < g.inputChannels * lanes; i++) {
      visit({
        input: input * g.inputChannels * lanes + i,
        output: output * g.outputChannels * lanes + i,
        tap: kernel,
        channel: Math.floor(i / lanes),
        row,
      });
    }
  }
}

function copyRows(
  from: Float64Array,
  to: Float32Array,
  offset: number,
  rowFloats: number,
  firstRow: number,
  rows: number,
): void {
  to.set(from.subarray(firstRow * rowFloats, (firstRow + rows) * rowFloats), offset + firstRow * rowFloats);
}
