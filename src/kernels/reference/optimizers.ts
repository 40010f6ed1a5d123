import type { Kernels } from '../kernels.js';

export const bindAdamUpdate: Kernels['bindAdamUpdate'] =
  ({ w, g, mean, variance, greatest, penalty, meanShare, varianceShare, epsilon }) =>
  (keep, rate, rootScale, first, count) => {
    let finite = true;
    for (let i = first; i < first + count; i++) {
      const gradient = g[i]! + penalty * w[i]!;
      mean[i]! += meanShare * (gradient - mean[i]!);
      variance[i]! += varianceShare * (gradient * gradient - variance[i]!);
      let square = variance[i]!;
      if (greatest) {
        square = greatest[i]! > square ? greatest[i]! : square;
        greatest[i] = square;
      }
      w[i] = keep * w[i]! - (rate * mean[i]!) / (rootScale * Math.sqrt(square) + epsilon);
      finite &&= Number.isFinite(w[i]) && Number.isFinite(Math.fround(square));
    }
    return finite;
  };

export const bindNesterovDirection: Kernels['bindNesterovDirection'] =
  ({ g, v, u, momentum }) =>
  (first, count) => {
    for (let i = first; i < first + count; i++) {
      v[i] = momentum * v[i]! + g[i]!;
      u[i] = g[i]! + momentum * v[i]!;
    }
  };

export const bindMoveWeights: Kernels['bindMoveWeights'] =
  ({ w, u }) =>
  (keep, rate, first, count) => {
    let finite = true;
    for (let i = first; i < first + count; i++) {
      w[i] = keep * w[i]! - rate * u[i]!;
      finite &&= Number.isFinite(w[i]);
    }
    return finite;
  };

export const bindFollowWeights: Kernels['bindFollowWeights'] =
  ({ w, average }) =>
  (share, first, count) => {
    for (let i = first; i < first + count; i++) {
      average[i] = share === 1 ? w[i]! : average[i]! + share * (w[i]! - average[i]!);
    }
  };

export const bindScaleElements: Kernels['bindScaleElements'] =
  ({ x, y }) =>
  (factor, first, count) => {
    for (let i = first; i < first + count; i++) y[i] = factor * x[i]!;
  };

const CHAINS = 16;

export const bindSumSquares: Kernels['bindSumSquares'] =
  ({ x, sums }) =>
  (index, first, count) => {
    const chains = new Float64Array(CHAINS);
    for (let i = 0; i < count; i++) chains[i % CHAINS]! += x[first + i]! * x[first + i]!;
    for (let half = CHAINS / 2; half >= 1; half /= 2) {
      for (let i = 0; i < half; i++) chains[i]! += chains[i + half]!;
    }
    sums[index] = chains[0]!;
  };

export const bindTranspose: Kernels['bindTranspose'] =
  ({ rows, x, xWidth, y, yWidth }) =>
  (first, count) => {
    for (let column = first; column < first + count; column++) {
      for (let row = 0; row < rows; row++) y[column * yWidth + row] = x[row * xWidth + column]!;
    }
  };
