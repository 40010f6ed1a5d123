import { BUNDLE_IMAGES } from '../constants.js';
import type { WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { imagesOfBundle, lanesInUse } from '../lanes.js';
import { inputFloats, listTaps, outputFloats, type Tap } from './window.js';

const LANES = Array.from({ length: BUNDLE_IMAGES }, (_, lane) => lane);

/** The lanes that are computed of a bundle. */
function lanesOf(bundle: number, images: number): number[] {
  return LANES.slice(0, lanesInUse(imagesOfBundle(bundle, images)));
}

export const bindConvolutionForwardLanes: Kernels['bindConvolutionForwardLanes'] =
  ({ g, x, f, bias, y }) =>
  (firstBundle, bundles, images, ...place) => {
    for (let bundle = firstBundle; bundle < firstBundle + bundles; bundle++) {
      const lanes = lanesOf(bundle, images);
      const begin = bundle * bundleInput(g);
      const sums = new Float64Array(bundleOutput(g));
      for (let i = 0; i < sums.length; i++) {
        if (i % BUNDLE_IMAGES < lanes.length && bias !== null)
          sums[i] = bias[Math.floor(i / BUNDLE_IMAGES) % g.outputChannels]!;
      }
      forEachProduct(g, ({ input, output, weight }) => {
        for (const lane of lanes) sums[output + lane]! += x[begin + input + lane]! * f[weight]!;
      });
      copyPart(sums, y.subarray(bundle * bundleOutput(g)), g.outputWidth, g.outputChannels, place);
    }
  };

export const bindConvolutionInputGradientLanes: Kernels['bindConvolutionInputGradientLanes'] =
  ({ g, dy, f, dx }) =>
  (firstBundle, bundles, images, ...place) => {
    for (let bundle = firstBundle; bundle < firstBundle + bundles; bundle++) {
      const lanes = lanesOf(bundle, images);
      const begin = bundle * bundleOutput(g);
      const sums = new Float64Array(bundleInput(g));
      forEachProduct(g, ({ input, output, weight }) => {
        for (const lane of lanes) sums[input + lane]! += dy[begin + output + lane]! * f[weight]!;
      });
      copyPart(sums, dx.subarray(bundle * bundleInput(g)), g.inputWidth, g.inputChannels, place);
    }
  };

export const bindConvolutionKernelGradientLanes: Kernels['bindConvolutionKernelGradientLanes'] =
  ({ g, x, dy, df }) =>
  (firstBundle, bundles, images, firstRow, rows, firstKernelRow, kernelRows) => {
    const n = g.outputChannels;
    const parts = Array.from({ length: bundles }, (_, i) => {
      const bundle = firstBundle + i;
      const lanes = lanesInUse(imagesOfBundle(bundle, images));
      return {
        lanes,
        x: x.subarray(bundle * bundleInput(g)),
        dy: dy.subarray(bundle * bundleOutput(g)),
      };
    });
    const sums = new Float64Array(g.kernelHeight * g.kernelWidth * g.inputChannels * n);
    forEachProduct(g, ({ input, output, weight }, tap) => {
      const row = Math.floor(tap.output / g.outputWidth);
      if (row < firstRow || row >= firstRow + rows) return;
      for (const { lanes, x, dy } of parts) {
        for (let lane = 0; lane < lanes; lane++) sums[weight]! += x[input + lane]! * dy[output + lane]!;
      }
    });
    df.set(sums.subarray(firstKernelRow * n, (firstKernelRow + kernelRows) * n), firstKernelRow * n);
  };

export const bindSumChannelLanes: Kernels['bindSumChannelLanes'] =
  ({ channels, x, sums }) =>
  () => {
    for (let c = 0; c < channels; c++)
      sums[c] = LANES.reduce((sum, lane) => sum + x[c * BUNDLE_IMAGES + lane]!, 0);
  };

export const bindClearLanes: Kernels['bindClearLanes'] =
  ({ x }) =>
  (images, firstElement, elements) => {
    for (let i = firstElement; i < firstElement + elements; i++)
      x.fill(0, i * BUNDLE_IMAGES + images, (i + 1) * BUNDLE_IMAGES);
  };

export const bindGatherLanes: Kernels['bindGatherLanes'] =
  ({ lanes, images, floatsPerImage }) =>
  (bundle, count) => {
    for (const lane of LANES.slice(0, count)) {
      for (let e = 0; e < floatsPerImage; e++) {
        const image = bundle * BUNDLE_IMAGES + lane;
        images[image * floatsPerImage + e] = lanes[(bundle * floatsPerImage + e) * BUNDLE_IMAGES + lane]!;
      }
    }
  };

export const bindScatterLanes: Kernels['bindScatterLanes'] =
  ({ images, lanes, floatsPerImage }) =>
  (bundle, count) => {
    for (const lane of LANES) {
      for (let e = 0; e < floatsPerImage; e++) {
        const image = bundle * BUNDLE_IMAGES + lane;
        lanes[(bundle * floatsPerImage + e) * BUNDLE_IMAGES + lane] =
          lane < count ? images[image * floatsPerImage + e]! : 0;
      }
    }
  };

const bundleInput = (g: WindowGeometry) => inputFloats(g) * BUNDLE_IMAGES;
const bundleOutput = (g: WindowGeometry) => outputFloats(g) * BUNDLE_IMAGES;

/** Every product of a convolution: offsets of its input and output (of lane 0, in one bundle) and of its weight. */
function forEachProduct(
  g: WindowGeometry,
  visit: (at: { input: number; output: number; weight: number }, tap: Tap) => void,
): void {
  for (const tap of listTaps(g)) {
    for (let c = 0; c < g.inputChannels; c++) {
      for (let d = 0; d < g.outputChannels; d++) {
        const at = {
          input: (tap.input * g.inputChannels + c) * BUNDLE_IMAGES,
          output: (tap.output * g.outputChannels + d) * BUNDLE_IMAGES,
          weight: (tap.kernel * g.inputChannels + c) * g.outputChannels + d,
        };
        visit(at, tap);
      }
    }
  }
}

/** Copies some channels of some rows of a bundle's map, w×c×16 each. */
function copyPart(
  from: Float64Array,
  to: Float32Array,
  width: number,
  channels: number,
  [firstRow, rows, firstChannel, count]: readonly [number, number, number, number],
): void {
  for (let pixel = firstRow * width; pixel < (firstRow + rows) * width; pixel++) {
    const at = (pixel * channels + firstChannel) * BUNDLE_IMAGES;
    to.set(from.subarray(at, at + count * BUNDLE_IMAGES), at);
  }
}
