import { type Shape, sizeOf } from '../core/shape.js';
import type { LabelledImages } from './dataset.js';

export type NormalizationKind = 'mean-image' | 'per-channel' | 'none';

/** A network's input is (pixel − mean[e])·scale[e] for each element e of an image. */
export interface Normalization {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/**
 * How to normalise pixels by some of the images. Sums of bytes are exact, so the result is the same everywhere, and in any order.
 *
 * - `mean-image`: less the mean image
 * - `per-channel`: less the channel's mean, divided by its standard deviation (over all pixels; 1 for a channel that is constant)
 * - `none`: pixels as they are
 *
 * @param samples indices of the images that count, from 0
 */
export function computeNormalization(
  kind: NormalizationKind,
  images: LabelledImages,
  shape: Shape,
  samples: Int32Array,
): Normalization {
  const size = sizeOf(shape);
  if (kind === 'mean-image') {
    return { mean: meanImage(images.pixels, size, samples), scale: new Float32Array(size).fill(1) };
  }
  if (kind === 'per-channel') return normalizeChannels(images.pixels, shape, samples);
  return { mean: new Float32Array(size), scale: new Float32Array(size).fill(1) };
}

function meanImage(pixels: Uint8Array, size: number, samples: Int32Array): Float32Array {
  const sums = new Float64Array(size);
  for (const sample of samples) {
    for (let e = 0; e < size; e++) sums[e]! += pixels[sample * size + e]!;
  }
  return Float32Array.from(sums, (sum) => sum / samples.length);
}

function normalizeChannels(pixels: Uint8Array, shape: Shape, samples: Int32Array): Normalization {
  const { height, width, channels } = shape;
  const perChannel = Array.from({ length: channels }, (_, c) => describeChannel(pixels, shape, c, samples));
  const spread = (values: readonly number[]) =>
    Float32Array.from({ length: height * width * channels }, (_, e) => values[e % channels]!);
  return {
    mean: spread(perChannel.map(({ mean }) => mean)),
    scale: spread(perChannel.map(({ deviation }) => (deviation === 0 ? 1 : 1 / deviation))),
  };
}

/** Mean and standard deviation of every pixel of one channel. */
function describeChannel(
  pixels: Uint8Array,
  shape: Shape,
  channel: number,
  samples: Int32Array,
): { mean: number; deviation: number } {
  const size = sizeOf(shape);
  const n = samples.length * shape.height * shape.width;
  let sum = 0;
  let squares = 0;
  for (const sample of samples) {
    for (let i = sample * size + channel; i < (sample + 1) * size; i += shape.channels) {
      sum += pixels[i]!;
      squares += pixels[i]! ** 2;
    }
  }
  // n²·variance is a whole number, too large for a double to hold before the subtraction.
  const scaledVariance = BigInt(n) * BigInt(squares) - BigInt(sum) ** 2n;
  return { mean: sum / n, deviation: Math.sqrt(Number(scaledVariance)) / n };
}
