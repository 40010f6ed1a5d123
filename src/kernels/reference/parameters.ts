import type { ParameterKernels } from '../interface/parameters.js';

/** Each sum is rounded to float32 where a native set rounds it, so that all agree to the bit. */
export const bindReducePartials: ParameterKernels['bindReducePartials'] =
  ({ partials, stride, sum }) =>
  (parts, first, count) => {
    const values = new Float32Array(parts);
    for (let i = first; i < first + count; i++) {
      for (let p = 0; p < parts; p++) values[p] = partials[p * stride + i]!;
      let left = parts;
      while (left > 1) {
        const half = Math.ceil(left / 2);
        for (let p = half; p < left; p++) values[p - half]! += values[p]!;
        left = half;
      }
      sum[i] = values[0]!;
    }
  };

export const bindSgdUpdate: ParameterKernels['bindSgdUpdate'] =
  ({ w, g, v, momentum, weightDecay, nesterov }) =>
  (rate, first, count) => {
    let finite = true;
    for (let i = first; i < first + count; i++) {
      const gradient = g[i]! + weightDecay * w[i]!;
      const velocity = momentum * v[i]! + gradient;
      v[i] = velocity;
      w[i]! -= rate * (nesterov ? gradient + momentum * velocity : velocity);
      finite &&= Number.isFinite(w[i]);
    }
    return finite;
  };

export const bindAverageWeights: ParameterKernels['bindAverageWeights'] =
  ({ w, slow }) =>
  (share, first, count) => {
    for (let i = first; i < first + count; i++) {
      slow[i]! += share * (w[i]! - slow[i]!);
      w[i] = slow[i]!;
    }
  };

export const bindMeasureChange: ParameterKernels['bindMeasureChange'] =
  ({ w, previous }) =>
  (first, count) => {
    let greatest = 0;
    for (let i = first; i < first + count; i++) {
      const distance = Math.abs(Math.fround(w[i]! - previous[i]!));
      if (distance > greatest) greatest = distance;
      previous[i] = w[i]!;
    }
    return greatest;
  };
