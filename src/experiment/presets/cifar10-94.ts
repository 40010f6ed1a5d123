import { cifar10 } from '../../dataset/cifar10.js';
import type { Preset } from './preset.js';

/**
 * The rate and the decay as published for 1,024 examples, "decoupled": a step's length as if gradients were constant, and the decay of a
 * step, whatever momentum and rate are.
 */
const DECOUPLED_RATE = 11.5;
const DECOUPLED_DECAY = 0.0153;
/**
 * The rate of a loss that is a mean over the mini-batch: with momentum m Nesterov's steps are 1 + 1 / (1 − m) gradients long, and 11.5 / (1 + 1 / 0.15)
 * is 1.5. Published for the sum over 1,024 examples, whose gradient is as much longer as the rate is lower.
 */
const RATE = 1.5;

/** "94% on CIFAR-10 in 3.29 seconds on a single GPU" (Jordan 2024, arXiv 2404.00498): airbench94. */
export const CIFAR10_94: Preset = {
  name: 'cifar10-94',
  title: "Jordan's recipe for 94% on CIFAR-10 in 9.9 epochs",
  base: {
    dataset: cifar10.name,
    model: 'airbench94',
    normalization: 'per-channel',
    augmentation: { flip: 'alternating', translate: 2, padding: 'reflect' },
    testTimeAugmentation: 'mirror-translate',
    batchSize: 1024,
    dropLast: true,
    epochs: 9.9,
    learningRate: {
      kind: 'piecewise-linear',
      points: [
        [0, 0.2 * RATE],
        [0.23, RATE],
        [1, 0.07 * RATE],
      ],
    },
    momentum: 0.85,
    nesterov: true,
    // Of the update rate·decay·w, so that a step's decay is the published one.
    weightDecay: DECOUPLED_DECAY / DECOUPLED_RATE,
    labelSmoothing: 0.2,
    lookahead: { every: 5, decay: 0.95 ** 5, power: 3 },
  },
};
