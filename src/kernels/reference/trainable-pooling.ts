import type { WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { inputFloats, listTaps, outputFloats } from './window.js';

/** One image's means or sums of all windows. */
function poolImage(g: WindowGeometry, x: Float32Array, shares: Float32Array, image: number): Float64Array {
  const down = new Float64Array(outputFloats(g));
  for (const { input, output } of listTaps(g)) {
    for (let c = 0; c < g.inputChannels; c++) {
      down[output * g.inputChannels + c]! +=
        x[image * inputFloats(g) + input * g.inputChannels + c]! * shares[output]!;
    }
  }
  return down;
}

export const bindTrainablePoolingForward: Kernels['bindTrainablePoolingForward'] =
  ({ g, x, scale, bias, y, shares }) =>
  (firstImage, images) => {
    for (let image = firstImage; image < firstImage + images; image++) {
      for (const [i, down] of poolImage(g, x, shares, image).entries()) {
        const c = i % g.inputChannels;
        y[image * outputFloats(g) + i] = scale[c]! * down + bias[c]!;
      }
    }
  };

export const bindTrainablePoolingBackward: Kernels['bindTrainablePoolingBackward'] =
  ({ g, x, dy, scale, dx, dScale, dBias, shares }) =>
  (firstImage, images) => {
    const channels = g.inputChannels;
    const taps = listTaps(g);
    const scaleSums = new Float64Array(channels);
    const biasSums = new Float64Array(channels);
    for (let image = firstImage; image < firstImage + images; image++) {
      const gradient = dy.subarray(image * outputFloats(g), (image + 1) * outputFloats(g));
      for (const [i, down] of poolImage(g, x, shares, image).entries()) {
        scaleSums[i % channels]! += gradient[i]! * down;
        biasSums[i % channels]! += gradient[i]!;
      }
      if (!dx) continue;
      const sums = new Float64Array(inputFloats(g));
      for (const { input, output } of taps) {
        for (let c = 0; c < channels; c++) {
          sums[input * channels + c]! += gradient[output * channels + c]! * scale[c]! * shares[output]!;
        }
      }
      dx.set(sums, image * inputFloats(g));
    }
    dScale.set(scaleSums);
    dBias.set(biasSums);
  };
