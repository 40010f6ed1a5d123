import { type Shape, sizeOf } from '../core/shape.js';
import type { LabelledImages } from '../dataset/dataset.js';
import { MAX_SUMMED_IMAGES } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';

export type NormalizationKind = 'mean-image' | 'per-channel' | 'none';

/** A network's input is (pixel − mean[e])·scale[e] for each element e of an image. */
export interface Normalization {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/** The images that a normalisation is made from. */
export interface NormalizedImages {
  readonly images: LabelledImages;
  readonly shape: Shape;
  /** Indices of those that count, from 0. */
  readonly samples: Int32Array;
}

/**
 * How to normalise pixels by some of the images. Sums of bytes are exact, so the result is the same everywhere, and in any order.
 *
 * - `mean-image`: less the mean image
 * - `per-channel`: less the channel's mean, divided by its standard deviation (over all pixels; 1 for a channel that is constant)
 * - `none`: pixels as they are
 */
export function computeNormalization(
  kind: NormalizationKind,
  normalized: NormalizedImages,
  kernels: Kernels,
): Normalization {
  const size = sizeOf(normalized.shape);
  const none = { mean: new Float32Array(size), scale: new Float32Array(size).fill(1) };
  if (kind === 'none') return none;
  const { sums, squares } = sumPixels(normalized, kernels);
  const { shape, samples } = normalized;
  if (kind === 'mean-image') {
    return { ...none, mean: Float32Array.from(sums, (sum) => sum / samples.length) };
  }
  const pixels = samples.length * shape.height * shape.width;
  const perChannel = Array.from({ length: shape.channels }, (_, c) =>
    describeChannel(sumChannel(sums, c, shape), sumChannel(squares, c, shape), pixels),
  );
  return {
    mean: none.mean.map((_, e) => perChannel[e % shape.channels]!.mean),
    scale: none.scale.map((_, e) => {
      const { deviation } = perChannel[e % shape.channels]!;
      return deviation === 0 ? 1 : 1 / deviation;
    }),
  };
}

/** Of each element of an image: the sum over the images, and that of the squares. */
function sumPixels({ images, shape, samples }: NormalizedImages, kernels: Kernels) {
  const size = sizeOf(shape);
  const sums = new Float64Array(size);
  const squares = new Float64Array(size);
  const someSums = new Int32Array(size);
  const someSquares = new Int32Array(size);
  const sum = kernels.bindSumPixels({
    pixels: images.pixels,
    sampleIds: samples,
    sums: someSums,
    squares: someSquares,
    floatsPerImage: size,
  });
  for (let first = 0; first < samples.length; first += MAX_SUMMED_IMAGES) {
    const count = Math.min(MAX_SUMMED_IMAGES, samples.length - first);
    sum(first, count);
    for (let e = 0; e < size; e++) {
      sums[e]! += someSums[e]!;
      squares[e]! += someSquares[e]!;
    }
  }
  return { sums, squares };
}

function sumChannel(sums: Float64Array, channel: number, { channels }: Shape): number {
  let sum = 0;
  for (let e = channel; e < sums.length; e += channels) sum += sums[e]!;
  return sum;
}

/** Mean and standard deviation of n pixels. */
function describeChannel(sum: number, squares: number, n: number): { mean: number; deviation: number } {
  // n²·variance is a whole number, too large for a double to hold before the subtraction.
  const scaledVariance = BigInt(n) * BigInt(squares) - BigInt(sum) ** 2n;
  return { mean: sum / n, deviation: Math.sqrt(Number(scaledVariance)) / n };
}
