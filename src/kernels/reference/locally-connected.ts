import { kernelRows, type WindowGeometry } from '../geometry.js';
import type { LocallyConnectedKernels } from '../interface/locally-connected.js';
import { inputFloats, listTaps, outputFloats } from './window.js';

/** Every product of the layer for one image: places in it of an input element, its weight, and the output that it counts for. */
function* eachProduct(g: WindowGeometry): Generator<{ input: number; weight: number; output: number }> {
  const { inputChannels, outputChannels } = g;
  for (const tap of listTaps(g)) {
    for (let c = 0; c < inputChannels; c++) {
      const row = tap.output * kernelRows(g) + tap.kernel * inputChannels + c;
      for (let d = 0; d < outputChannels; d++) {
        yield {
          input: tap.input * inputChannels + c,
          weight: row * outputChannels + d,
          output: tap.output * outputChannels + d,
        };
      }
    }
  }
}

export const bindLocalForward: LocallyConnectedKernels['bindLocalForward'] =
  ({ g, x, f, bias, y }) =>
  (firstImage, images) => {
    for (let image = firstImage; image < firstImage + images; image++) {
      const sums = Float64Array.from({ length: outputFloats(g) }, (_, i) => bias?.[i] ?? 0);
      const from = image * inputFloats(g);
      for (const { input, weight, output } of eachProduct(g)) sums[output]! += x[from + input]! * f[weight]!;
      y.set(sums, image * outputFloats(g));
    }
  };

export const bindLocalInputGradient: LocallyConnectedKernels['bindLocalInputGradient'] =
  ({ g, dy, f, dx }) =>
  (firstImage, images) => {
    for (let image = firstImage; image < firstImage + images; image++) {
      const sums = new Float64Array(inputFloats(g));
      const from = image * outputFloats(g);
      for (const { input, weight, output } of eachProduct(g)) sums[input]! += dy[from + output]! * f[weight]!;
      dx.set(sums, image * inputFloats(g));
    }
  };

export const bindLocalKernelGradient: LocallyConnectedKernels['bindLocalKernelGradient'] =
  ({ g, x, dy, df }) =>
  (images, firstPosition, positions) => {
    const weights = kernelRows(g) * g.outputChannels;
    const begin = firstPosition * weights;
    const sums = new Float64Array(positions * weights);
    for (const { input, weight, output } of eachProduct(g)) {
      if (weight < begin || weight >= begin + sums.length) continue;
      for (let image = 0; image < images; image++) {
        sums[weight - begin]! += x[image * inputFloats(g) + input]! * dy[image * outputFloats(g) + output]!;
      }
    }
    df.set(sums, begin);
  };
