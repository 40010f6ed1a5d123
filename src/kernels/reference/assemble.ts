import type { Kernels } from '../kernels.js';

export const assembleImages: Kernels['assembleImages'] = (
  pixels,
  sampleIds,
  mean,
  scale,
  x,
  floatsPerImage,
  firstImage,
  images,
) => {
  for (let image = firstImage; image < firstImage + images; image++) {
    for (let e = 0; e < floatsPerImage; e++) {
      const pixel = pixels[sampleIds[image]! * floatsPerImage + e]!;
      x[image * floatsPerImage + e] = (pixel - mean[e]!) * scale[e]!;
    }
  }
};

export const sumPixels: Kernels['sumPixels'] = (
  pixels,
  sampleIds,
  sums,
  squares,
  floatsPerImage,
  firstImage,
  images,
) => {
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
