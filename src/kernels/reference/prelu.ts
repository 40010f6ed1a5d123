import type { ActivationKernels } from '../interface/activations.js';

export const bindPreluForward: ActivationKernels['bindPreluForward'] =
  ({ channels, x, slope, y }) =>
  (firstRow, rows) => {
    for (let i = firstRow * channels; i < (firstRow + rows) * channels; i++) {
      y[i] = x[i]! > 0 ? x[i]! : slope[i % channels]! * x[i]!;
    }
  };

export const bindPreluBackward: ActivationKernels['bindPreluBackward'] =
  ({ channels, x, dy, slope, dx, dSlope }) =>
  (firstRow, rows) => {
    const sums = new Float64Array(channels);
    for (let i = firstRow * channels; i < (firstRow + rows) * channels; i++) {
      const c = i % channels;
      const gradient = dy[i]!;
      if (!(x[i]! > 0)) sums[c]! += gradient * x[i]!;
      if (dx) dx[i] = x[i]! > 0 ? gradient : slope[c]! * gradient;
    }
    dSlope.set(sums);
  };
