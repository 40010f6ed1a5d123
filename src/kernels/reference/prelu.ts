import type { Kernels } from '../kernels.js';

export const preluForward: Kernels['preluForward'] = (channels, x, slope, y, _scratch, firstRow, rows) => {
  for (let i = firstRow * channels; i < (firstRow + rows) * channels; i++) {
    y[i] = x[i]! > 0 ? x[i]! : slope[i % channels]! * x[i]!;
  }
};

export const preluBackward: Kernels['preluBackward'] = (
  channels,
  x,
  dy,
  slope,
  dx,
  dSlope,
  _scratch,
  firstRow,
  rows,
) => {
  const sums = new Float64Array(channels);
  for (let i = firstRow * channels; i < (firstRow + rows) * channels; i++) {
    const c = i % channels;
    const gradient = dy[i]!;
    if (!(x[i]! > 0)) sums[c]! += gradient * x[i]!;
    if (dx) dx[i] = x[i]! > 0 ? gradient : slope[c]! * gradient;
  }
  dSlope.set(sums);
};
