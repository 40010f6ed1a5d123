import { BUNDLE_IMAGES } from '../constants.js';
import type { Kernels } from '../kernels.js';

export const bindAssembleImages: Kernels['bindAssembleImages'] =
  ({ pixels, sampleIds, mean, scale, x, floatsPerImage }) =>
  (firstImage, images) => {
    for (let image = firstImage; image < firstImage + images; image++) {
      for (let e = 0; e < floatsPerImage; e++) {
        const pixel = pixels[sampleIds[image]! * floatsPerImage + e]!;
        x[image * floatsPerImage + e] = (pixel - mean[e]!) * scale[e]!;
      }
    }
  };

export const bindAssembleLanes: Kernels['bindAssembleLanes'] =
  ({ pixels, sampleIds, mean, scale, x, floatsPerImage }) =>
  (bundle, images, firstElement, elements) => {
    for (let lane = 0; lane < BUNDLE_IMAGES; lane++) {
      const sample = lane < images ? sampleIds[bundle * BUNDLE_IMAGES + lane]! : -1;
      for (let e = firstElement; e < firstElement + elements; e++) {
        const value = sample < 0 ? 0 : (pixels[sample * floatsPerImage + e]! - mean[e]!) * scale[e]!;
        x[(bundle * floatsPerImage + e) * BUNDLE_IMAGES + lane] = value;
      }
    }
  };

export const bindSumPixels: Kernels['bindSumPixels'] =
  ({ pixels, sampleIds, sums, squares, floatsPerImage }) =>
  (firstImage, images) => {
    sums.fill(0, 0, floatsPerImage);
    squares.fill(0, 0, floatsPerImage);
    for (let image = firstImage; image < firstImage + images; image++) {
      for (let e = 0; e < floatsPerImage; e++) {
        const pixel = pixels[sampleIds[image]! * floatsPerImage + e]!;
        sums[e]! += pixel;
        squares[e]! += pixel ** 2;
      }
    }
  };
