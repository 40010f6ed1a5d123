import type { Kernels } from '../kernels.js';
import { normalCumulative, normalDensity } from './normal.js';

export const geluForward: Kernels['geluForward'] = (x, y, first, count) => {
  for (let i = first; i < first + count; i++) y[i] = x[i]! * normalCumulative(x[i]!);
};

export const geluBackward: Kernels['geluBackward'] = (x, dy, dx, first, count) => {
  for (let i = first; i < first + count; i++) {
    dx[i] = dy[i]! * (normalCumulative(x[i]!) + x[i]! * normalDensity(x[i]!));
  }
};

/** ½·(1 + tanh u) without the cancellation of 1 + tanh u for negative u. */
function shareOf(x: number): number {
  return 1 / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

export const geluTanhForward: Kernels['geluTanhForward'] = (x, y, first, count) => {
  for (let i = first; i < first + count; i++) y[i] = x[i]! * shareOf(x[i]!);
};

export const geluTanhBackward: Kernels['geluTanhBackward'] = (x, dy, dx, first, count) => {
  for (let i = first; i < first + count; i++) {
    const share = shareOf(x[i]!);
    const slope = 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x[i]! ** 2);
    dx[i] = dy[i]! * (share + x[i]! * share * (1 - share) * slope);
  }
};
