import type { Kernels } from '../kernels.js';
import { sumChannels } from './rows.js';

/** Of no rows at all, mean and squares are 0, so that an empty slice adds nothing. */
export const bindChannelMoments: Kernels['bindChannelMoments'] =
  ({ channels, x, mean, squares }) =>
  (first, count) => {
    const means = sumChannels(channels, { first, count }, (i) => x[i]! / count);
    mean.set(means);
    squares.set(sumChannels(channels, { first, count }, (i, c) => (x[i]! - means[c]!) ** 2));
  };

export const bindScaleChannels: Kernels['bindScaleChannels'] =
  ({ channels, x, scale, shift, rectified, y }) =>
  (firstRow, rows) => {
    for (let row = firstRow; row < firstRow + rows; row++) {
      for (let c = 0; c < channels; c++) {
        const i = row * channels + c;
        const scaled = x[i]! * scale[c]! + shift[c]!;
        // NaN compares false and passes through.
        y[i] = rectified && scaled <= 0 ? 0 : scaled;
      }
    }
  };

export const bindChannelGradientSums: Kernels['bindChannelGradientSums'] = ({
  channels,
  x,
  dy,
  mean,
  scale,
  shift,
  sums,
  products,
}) => {
  const gradient = (i: number, c: number) => dy[i]! * passes(x[i]!, scale?.[c], shift?.[c]);
  return (first, count) => {
    sums.set(sumChannels(channels, { first, count }, gradient));
    products.set(sumChannels(channels, { first, count }, (i, c) => gradient(i, c) * (x[i]! - mean[c]!)));
  };
};

export const bindCombineChannels: Kernels['bindCombineChannels'] =
  ({ channels, x, dy, a, b, d, scale, shift, dx }) =>
  (firstRow, rows) => {
    for (let row = firstRow; row < firstRow + rows; row++) {
      for (let c = 0; c < channels; c++) {
        const i = row * channels + c;
        const gradient = dy[i]! * passes(x[i]!, scale?.[c], shift?.[c]);
        dx[i] = gradient * a[c]! + x[i]! * b[c]! + d[c]!;
      }
    }
  };

/** What a ReLU behind x·scale + shift lets through of a gradient: 1 or 0. Without scale and shift there is none. */
function passes(x: number, scale: number | undefined, shift: number | undefined): number {
  if (scale === undefined || shift === undefined) return 1;
  return Math.fround(x * scale + shift) > 0 ? 1 : 0;
}

/** Numbers of a channel that went into the parts' sums. */
function countNumbers(parts: number, cuts: Int32Array): number {
  let count = 0;
  for (let part = 0; part < parts; part++) count += cuts[2 * part]! * cuts[2 * part + 1]!;
  return count;
}

/** Of one channel, the sum over all parts' columns of `term(place, rows)`. */
function sumParts(
  {
    channels,
    columnsPerChannel,
    parts,
    cuts,
  }: { channels: number; columnsPerChannel: number; parts: number; cuts: Int32Array },
  channel: number,
  term: (place: number, rows: number) => number,
): number {
  let sum = 0;
  for (let part = 0; part < parts; part++) {
    const first = (part * channels + channel) * columnsPerChannel;
    for (let column = 0; column < cuts[2 * part + 1]!; column++) sum += term(first + column, cuts[2 * part]!);
  }
  return sum;
}

/**
 * The gain of x·a + d. A number that is alone is its own mean and normalises to 0, of which x·a − mean·a would leave the rounding error.
 */
function gainOf(count: number, scale: number, inverse: number): number {
  return count === 1 ? 0 : scale * inverse;
}

export const bindNormalizationCoefficients: Kernels['bindNormalizationCoefficients'] =
  ({ channels, columnsPerChannel, cuts, means, squares, scale, shift, epsilon, statistics, mean, a, d }) =>
  (parts) => {
    const cut = { channels, columnsPerChannel, parts, cuts };
    const count = countNumbers(parts, cuts);
    for (let c = 0; c < channels; c++) {
      const batchMean = sumParts(cut, c, (i, rows) => means[i]! * rows) / count;
      // Chan, Golub and LeVeque's rule: the squares about the common mean, from those about each part's own.
      const variance =
        sumParts(cut, c, (i, rows) => squares[i]! + (means[i]! - batchMean) ** 2 * rows) / count;
      const inverse = 1 / Math.sqrt(variance + epsilon);
      const gain = gainOf(count, scale?.[c] ?? 1, inverse);
      mean.fill(batchMean, c * columnsPerChannel, (c + 1) * columnsPerChannel);
      a.fill(gain, c * columnsPerChannel, (c + 1) * columnsPerChannel);
      d.fill((shift?.[c] ?? 0) - batchMean * gain, c * columnsPerChannel, (c + 1) * columnsPerChannel);
      statistics[c] = batchMean;
      statistics[channels + c] = variance;
      statistics[2 * channels + c] = inverse;
    }
  };

export const bindNormalizationGradientCoefficients: Kernels['bindNormalizationGradientCoefficients'] =
  ({ channels, columnsPerChannel, cuts, sums, products, scale, statistics, a, b, d, dScale, dShift }) =>
  (parts) => {
    const cut = { channels, columnsPerChannel, parts, cuts };
    const count = countNumbers(parts, cuts);
    for (let c = 0; c < channels; c++) {
      const sum = sumParts(cut, c, (i) => sums[i]!);
      const product = sumParts(cut, c, (i) => products[i]!);
      const mean = statistics[c]!;
      const inverse = statistics[2 * channels + c]!;
      const gain = gainOf(count, scale?.[c] ?? 1, inverse);
      const slope = (-gain * inverse * inverse * product) / count;
      a.fill(gain, c * columnsPerChannel, (c + 1) * columnsPerChannel);
      b.fill(slope, c * columnsPerChannel, (c + 1) * columnsPerChannel);
      d.fill((-gain * sum) / count - slope * mean, c * columnsPerChannel, (c + 1) * columnsPerChannel);
      dScale[c] = product * inverse;
      dShift[c] = sum;
    }
  };
