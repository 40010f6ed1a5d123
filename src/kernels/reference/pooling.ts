import type { WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { inputFloats, listTaps, outputFloats, type Tap } from './window.js';

/** The offset of a channel of the tap's input pixel, from the start of `x`. */
function inputOffset(g: WindowGeometry, image: number, tap: Tap, channel: number): number {
  return image * inputFloats(g) + tap.input * g.inputChannels + channel;
}

/** The offset of a channel of the tap's output pixel, from the start of `y`. */
function outputOffset(g: WindowGeometry, image: number, tap: Tap, channel: number): number {
  return image * outputFloats(g) + tap.output * g.outputChannels + channel;
}

function fillImages(
  tensor: Float32Array,
  value: number,
  floatsPerImage: number,
  first: number,
  images: number,
): void {
  tensor.fill(value, first * floatsPerImage, (first + images) * floatsPerImage);
}

/** What is not finite wins, as NaN, so that a run that diverges is seen to. */
export const bindMaxPoolingForward: Kernels['bindMaxPoolingForward'] =
  ({ g, x, y }) =>
  (firstImage, images) => {
    const taps = listTaps(g);
    fillImages(y, -Infinity, outputFloats(g), firstImage, images);
    for (let image = firstImage; image < firstImage + images; image++) {
      for (const tap of taps) {
        for (let c = 0; c < g.inputChannels; c++) {
          const value = x[inputOffset(g, image, tap, c)]!;
          const o = outputOffset(g, image, tap, c);
          if (!Number.isFinite(value)) y[o] = Number.NaN;
          else if (value > y[o]!) y[o] = value;
        }
      }
    }
  };

export const bindMaxPoolingBackward: Kernels['bindMaxPoolingBackward'] =
  ({ g, x, y, dy, dx }) =>
  (firstImage, images) => {
    const taps = listTaps(g);
    for (let image = firstImage; image < firstImage + images; image++) {
      const sums = new Float64Array(inputFloats(g));
      const settled = new Uint8Array(outputFloats(g));
      for (const tap of taps) {
        for (let c = 0; c < g.inputChannels; c++) {
          const o = outputOffset(g, image, tap, c);
          const window = tap.output * g.outputChannels + c;
          if (settled[window] === 1 || x[inputOffset(g, image, tap, c)] !== y[o]) continue;
          settled[window] = 1;
          sums[tap.input * g.inputChannels + c]! += dy[o]!;
        }
      }
      dx.set(sums, image * inputFloats(g));
    }
  };

export const bindAveragePoolingForward: Kernels['bindAveragePoolingForward'] =
  ({ g, x, y, shares }) =>
  (firstImage, images) => {
    const taps = listTaps(g);
    for (let image = firstImage; image < firstImage + images; image++) {
      const sums = new Float64Array(outputFloats(g));
      for (const tap of taps) {
        for (let c = 0; c < g.inputChannels; c++) {
          sums[tap.output * g.outputChannels + c]! += x[inputOffset(g, image, tap, c)]! * shares[tap.output]!;
        }
      }
      y.set(sums, image * outputFloats(g));
    }
  };

export const bindAveragePoolingBackward: Kernels['bindAveragePoolingBackward'] =
  ({ g, dy, dx, shares }) =>
  (firstImage, images) => {
    const taps = listTaps(g);
    for (let image = firstImage; image < firstImage + images; image++) {
      const sums = new Float64Array(inputFloats(g));
      for (const tap of taps) {
        for (let c = 0; c < g.inputChannels; c++) {
          sums[tap.input * g.inputChannels + c]! += dy[outputOffset(g, image, tap, c)]! * shares[tap.output]!;
        }
      }
      dx.set(sums, image * inputFloats(g));
    }
  };
