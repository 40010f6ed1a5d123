import { type Shape, sizeOf } from '../core/shape.js';
import type { LabelledImages } from './dataset.js';

export type NormalizationKind = 'mean-image' | 'per-channel' | 'none';

/** A network's input is (pixel − mean[e])·scale[e] for each element e of an image. */
export interface Normalization {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/**
 * How to normalise pixels by the examples [first, first + count), counted from 0. Sums of bytes are exact, so the result is
 * the same everywhere.
 *
 * - `mean-image`: less the mean image
 * - `per-channel`: less the channel's mean, divided by its standard deviation (over all pixels; 1 for a channel that is constant)
 * - `none`: pixels as they are
 */
export function computeNormalization(
  kind: NormalizationKind,
  images: LabelledImages,
  shape: Shape,
  first: number,
  count: number,
): Normalization {
  const size = sizeOf(shape);
  const pixels = images.pixels.subarray(first * size, (first + count) * size);
  if (kind === 'mean-image') return { mean: meanImage(pixels, size), scale: new Float32Array(size).fill(1) };
  if (kind === 'per-channel') return normalizeChannels(pixels, shape);
  return { mean: new Float32Array(size), scale: new Float32Array(size).fill(1) };
}

function meanImage(pixels: Uint8Array, size: number): Float32Array {
  const sums = new Float64Array(size);
  for (let begin = 0; begin < pixels.length; begin += size) {
    for (let e = 0; e < size; e++) sums[e]! += pixels[begin + e]!;
  }
  const count = pixels.length / size;
  return Float32Array.from(sums, (sum) => sum / count);
}

function normalizeChannels(pixels: Uint8Array, { height, width, channels }: Shape): Normalization {
  const perChannel = Array.from({ length: channels }, (_, c) => describeChannel(pixels, c, channels));
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
  channel: number,
  channels: number,
): { mean: number; deviation: number } {
  const n = pixels.length / channels;
  let sum = 0;
  let squares = 0;
  for (let i = channel; i < pixels.length; i += channels) {
    sum += pixels[i]!;
    squares += pixels[i]! ** 2;
  }
  // n²·variance is a whole number, too large for a double to hold before the subtraction.
  const scaledVariance = BigInt(n) * BigInt(squares) - BigInt(sum) ** 2n;
  return { mean: sum / n, deviation: Math.sqrt(Number(scaledVariance)) / n };
}
