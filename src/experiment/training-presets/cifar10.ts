import type { RunSpec } from '../../run/spec.js';

/**
 * What the networks with batch normalisation have in common: mini-batches, momentum and decay of Zagoruyko and Komodakis's Wide Residual Networks (BMVC
 * 2016), and one cosine after a short climb, since a few epochs on it come close to hundreds on steps.
 */
export const CIFAR10_TRAINING = {
  dataset: 'cifar10',
  normalization: 'per-channel',
  batchSize: 128,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 0.0005,
} as const satisfies RunSpec;

/** The rate climbs in the first epochs and falls to zero. */
export function climbAndFall(rate: number): NonNullable<RunSpec['learningRate']> {
  return { kind: 'cosine', rate, final: 0, warmupEpochs: 2 };
}
