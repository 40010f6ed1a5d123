import type { Kernels } from '../kernels.js';

/** NaN passes through, so that a run that diverges is seen to. */
export const reluForward: Kernels['reluForward'] = (x, y, first, count) => {
  for (let i = first; i < first + count; i++) y[i] = x[i]! > 0 || Number.isNaN(x[i]) ? x[i]! : 0;
};

export const reluBackward: Kernels['reluBackward'] = (y, dy, dx, first, count) => {
  for (let i = first; i < first + count; i++) dx[i] = y[i]! > 0 ? dy[i]! : 0;
};

export const sigmoidForward: Kernels['sigmoidForward'] = (x, y, first, count) => {
  for (let i = first; i < first + count; i++) y[i] = 1 / (1 + Math.exp(-x[i]!));
};

export const sigmoidBackward: Kernels['sigmoidBackward'] = (y, dy, dx, first, count) => {
  for (let i = first; i < first + count; i++) dx[i] = dy[i]! * y[i]! * (1 - y[i]!);
};

export const tanhForward: Kernels['tanhForward'] = (x, y, first, count) => {
  for (let i = first; i < first + count; i++) y[i] = Math.tanh(x[i]!);
};

export const tanhBackward: Kernels['tanhBackward'] = (y, dy, dx, first, count) => {
  for (let i = first; i < first + count; i++) dx[i] = dy[i]! * (1 - y[i]! ** 2);
};

export const leakyReluForward: Kernels['leakyReluForward'] = (x, y, slope, first, count) => {
  for (let i = first; i < first + count; i++) y[i] = x[i]! > 0 ? x[i]! : slope * x[i]!;
};

export const leakyReluBackward: Kernels['leakyReluBackward'] = (y, dy, dx, slope, first, count) => {
  for (let i = first; i < first + count; i++) dx[i] = y[i]! > 0 ? dy[i]! : slope * dy[i]!;
};

export const eluForward: Kernels['eluForward'] = (x, y, alpha, first, count) => {
  for (let i = first; i < first + count; i++) y[i] = x[i]! > 0 ? x[i]! : alpha * Math.expm1(x[i]!);
};

export const eluBackward: Kernels['eluBackward'] = (y, dy, dx, alpha, first, count) => {
  for (let i = first; i < first + count; i++) dx[i] = y[i]! > 0 ? dy[i]! : dy[i]! * (y[i]! + alpha);
};
