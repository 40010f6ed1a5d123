import type { Kernels } from '../kernels.js';
import { sumChannels } from './rows.js';

export const bindBandMoments: Kernels['bindBandMoments'] =
  ({ channels, x, means, squares }) =>
  (band, first, count) => {
    const mean = sumChannels(channels, { first, count }, (i) => x[i]! / count);
    means.set(mean, band * channels);
    squares.set(
      sumChannels(channels, { first, count }, (i, c) => (x[i]! - mean[c]!) ** 2),
      band * channels,
    );
  };

export const bindBandGradientSums: Kernels['bindBandGradientSums'] =
  ({ channels, x, dy, mean, inverse, sums, products }) =>
  (band, first, count) => {
    const normal = (i: number, c: number) => (x[i]! - mean[c]!) * inverse[c]!;
    sums.set(
      sumChannels(channels, { first, count }, (i) => dy[i]!),
      band * channels,
    );
    products.set(
      sumChannels(channels, { first, count }, (i, c) => dy[i]! * normal(i, c)),
      band * channels,
    );
  };

/** How sums of bands lie, and what they are of. */
interface Bands {
  readonly channels: number;
  readonly columnsPerChannel: number;
  readonly groups: number;
  readonly bandRows: Int32Array;
}

/** The channels of a group. */
function channelsOf(group: number, { channels, groups }: Bands): number[] {
  const size = channels / groups;
  return Array.from({ length: size }, (_, i) => group * size + i);
}

/** Numbers that went into a group's sums. */
function countGroup({ channels, groups, bandRows }: Bands): number {
  return (channels / groups) * bandRows.reduce((sum, rows) => sum + rows, 0);
}

/** Of one column of a block the sum of `term(place, channel, rows)` over a group's channels and their bands. */
function sumGroup(
  bands: Bands,
  { block, group, column }: { block: number; group: number; column: number },
  term: (place: number, channel: number, rows: number) => number,
): number {
  const { channels, columnsPerChannel, bandRows } = bands;
  let sum = 0;
  for (const c of channelsOf(group, bands)) {
    for (const [band, rows] of bandRows.entries()) {
      sum += term(((block * bandRows.length + band) * channels + c) * columnsPerChannel + column, c, rows);
    }
  }
  return sum;
}

export const bindGroupCoefficients: Kernels['bindGroupCoefficients'] = ({
  channels,
  columnsPerChannel,
  groups,
  bandRows,
  means,
  squares,
  scale,
  shift,
  epsilon,
  mean,
  inverse,
  a,
  d,
}) => {
  const bands = { channels, columnsPerChannel, groups, bandRows };
  return (block, images) => {
    const count = countGroup(bands);
    for (let group = 0; group < groups; group++) {
      for (let column = 0; column < columnsPerChannel; column++) {
        const at = { block, group, column };
        const groupMean = column < images ? sumGroup(bands, at, (i, _, rows) => means[i]! * rows) / count : 0;
        // Chan, Golub and LeVeque's rule: the squares about the common mean, from those about each channel's and band's own.
        const variance =
          sumGroup(bands, at, (i, _, rows) => squares[i]! + (means[i]! - groupMean) ** 2 * rows) / count;
        // A number that is alone is its own mean and normalises to 0; where there is no image, nothing is to be had.
        const groupInverse = column < images && count > 1 ? 1 / Math.sqrt(variance + epsilon) : 0;
        for (const c of channelsOf(group, bands)) {
          const i = c * columnsPerChannel + column;
          const gain = (scale?.[c] ?? 1) * groupInverse;
          mean[i] = groupMean;
          inverse[i] = groupInverse;
          a[i] = gain;
          d[i] = (shift?.[c] ?? 0) - groupMean * gain;
        }
      }
    }
  };
};

export const bindGroupGradientCoefficients: Kernels['bindGroupGradientCoefficients'] = ({
  channels,
  columnsPerChannel,
  groups,
  bandRows,
  sums,
  products,
  scale,
  mean,
  inverse,
  a,
  b,
  d,
}) => {
  const bands = { channels, columnsPerChannel, groups, bandRows };
  return (block, images) => {
    const count = countGroup(bands);
    for (let group = 0; group < groups; group++) {
      for (let column = 0; column < columnsPerChannel; column++) {
        const at = { block, group, column };
        const sum = sumGroup(bands, at, (i, c) => (scale?.[c] ?? 1) * sums[i]!);
        const product = sumGroup(bands, at, (i, c) => (scale?.[c] ?? 1) * products[i]!);
        for (const c of channelsOf(group, bands)) {
          const i = c * columnsPerChannel + column;
          const own = column < images ? inverse[i]! : 0;
          const slope = (-own * own * product) / count;
          a[i] = (scale?.[c] ?? 1) * own;
          b[i] = slope;
          d[i] = (-own * sum) / count - slope * mean[i]!;
        }
      }
    }
  };
};
