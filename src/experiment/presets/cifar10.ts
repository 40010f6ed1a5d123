import { cifar10 } from '../../dataset/cifar10.js';
import type { RunSpec } from '../../run/spec.js';

/**
 * What the networks have in common: mini-batches, momentum, decay and augmentation (a border of 4 black pixels, mirroring) of Wide
 * Residual Networks (Zagoruyko and Komodakis, BMVC 2016), and one cosine after a short climb, which in a few epochs comes close to
 * hundreds on steps.
 */
export const CIFAR10_TRAINING = {
  dataset: cifar10.name,
  normalization: 'per-channel',
  augmentation: { flip: 'random', translate: 4 },
  batchSize: 128,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 0.0005,
} as const satisfies RunSpec;

/** The rate climbs in the first epochs and falls to zero. */
export function climbAndFall(rate: number): NonNullable<RunSpec['learningRate']> {
  return { kind: 'cosine', rate, final: 0, warmupEpochs: 2 };
}

/** The rate falls along a straight line to zero. */
export function fallFrom(rate: number): NonNullable<RunSpec['learningRate']> {
  return {
    kind: 'piecewise-linear',
    points: [
      [0, rate],
      [1, 0],
    ],
  };
}
