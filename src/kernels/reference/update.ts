import type { Kernels } from '../kernels.js';

/** Each sum is rounded to float32 where a native set rounds it, so that all agree to the bit. */
export const reducePartials: Kernels['reducePartials'] = (partials, count, stride, out, first, elements) => {
  const values = new Float32Array(count);
  for (let i = first; i < first + elements; i++) {
    for (let p = 0; p < count; p++) values[p] = partials[p * stride + i]!;
    let left = count;
    while (left > 1) {
      const half = Math.ceil(left / 2);
      for (let p = half; p < left; p++) values[p - half]! += values[p]!;
      left = half;
    }
    out[i] = values[0]!;
  }
};

export const sgdUpdate: Kernels['sgdUpdate'] = (
  w,
  g,
  v,
  rate,
  momentum,
  weightDecay,
  nesterov,
  first,
  count,
) => {
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

export const averageWeights: Kernels['averageWeights'] = (w, slow, share, first, count) => {
  for (let i = first; i < first + count; i++) {
    slow[i]! += share * (w[i]! - slow[i]!);
    w[i] = slow[i]!;
  }
};

export const measureChange: Kernels['measureChange'] = (w, previous, first, count) => {
  let greatest = 0;
  for (let i = first; i < first + count; i++) {
    const distance = Math.abs(Math.fround(w[i]! - previous[i]!));
    if (distance > greatest) greatest = distance;
    previous[i] = w[i]!;
  }
  return greatest;
};
