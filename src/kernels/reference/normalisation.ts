import type { Kernels } from '../kernels.js';

/** For each channel, the sum over some rows of `term(offset of the element, channel)`. */
function sumChannels(
  channels: number,
  rows: { first: number; count: number },
  term: (offset: number, channel: number) => number,
): Float64Array {
  const sums = new Float64Array(channels);
  for (let row = rows.first; row < rows.first + rows.count; row++) {
    for (let c = 0; c < channels; c++) sums[c]! += term(row * channels + c, c);
  }
  return sums;
}

export const sumRows: Kernels['sumRows'] = (channels, x, sums, _scratch, first, count) => {
  sums.set(sumChannels(channels, { first, count }, (i) => x[i]!));
};

/** Of no rows at all, mean and squares are 0, so that an empty slice adds nothing. */
export const channelMoments: Kernels['channelMoments'] = (
  channels,
  x,
  mean,
  squares,
  _scratch,
  first,
  count,
) => {
  const means = sumChannels(channels, { first, count }, (i) => x[i]! / count);
  mean.set(means);
  squares.set(sumChannels(channels, { first, count }, (i, c) => (x[i]! - means[c]!) ** 2));
};

export const scaleChannels: Kernels['scaleChannels'] = (
  channels,
  x,
  scale,
  shift,
  y,
  _scratch,
  firstRow,
  rows,
) => {
  for (let row = firstRow; row < firstRow + rows; row++) {
    for (let c = 0; c < channels; c++) {
      const i = row * channels + c;
      y[i] = x[i]! * scale[c]! + shift[c]!;
    }
  }
};

export const channelGradientSums: Kernels['channelGradientSums'] = (
  channels,
  x,
  dy,
  mean,
  sums,
  products,
  _scratch,
  first,
  count,
) => {
  sums.set(sumChannels(channels, { first, count }, (i) => dy[i]!));
  products.set(sumChannels(channels, { first, count }, (i, c) => dy[i]! * (x[i]! - mean[c]!)));
};

export const combineChannels: Kernels['combineChannels'] = (
  channels,
  x,
  dy,
  a,
  b,
  d,
  dx,
  _scratch,
  firstRow,
  rows,
) => {
  for (let row = firstRow; row < firstRow + rows; row++) {
    for (let c = 0; c < channels; c++) {
      const i = row * channels + c;
      dx[i] = dy[i]! * a[c]! + x[i]! * b[c]! + d[c]!;
    }
  }
};
