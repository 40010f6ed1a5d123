import { CIFAR10_94 } from './cifar10-94.js';
import type { Preset } from './preset.js';

const MOMENTUM = 0.85;
/** As published for 1,024 examples, "decoupled": see cifar10-94. */
const DECOUPLED_RATE = 9;
const DECOUPLED_DECAY = 0.012;
/** Of a loss that is a mean over the mini-batch. */
const RATE = DECOUPLED_RATE / (1 + 1 / (1 - MOMENTUM));

/**
 * Jordan's recipe for 96% (github.com/KellerJordan/cifar10-airbench, airbench96_faster.py), without the small network that chooses there which half of the
 * images is trained on: all of them are.
 */
export const CIFAR10_96: Preset = {
  name: 'cifar10-96',
  title: "Jordan's recipe for 96% on CIFAR-10 in 45 epochs",
  base: {
    dataset: CIFAR10_94.base.dataset,
    model: 'airbench96',
    normalization: CIFAR10_94.base.normalization,
    augmentation: { flip: 'alternating', translate: 4, padding: 'reflect', cutout: 12 },
    testTimeAugmentation: CIFAR10_94.base.testTimeAugmentation,
    batchSize: 1024,
    dropLast: true,
    epochs: 45,
    learningRate: {
      kind: 'piecewise-linear',
      points: [
        [0, 0.2 * RATE],
        [0.1, RATE],
        [1, 0],
      ],
    },
    momentum: MOMENTUM,
    nesterov: true,
    weightDecay: DECOUPLED_DECAY / DECOUPLED_RATE,
    labelSmoothing: CIFAR10_94.base.labelSmoothing,
    lookahead: CIFAR10_94.base.lookahead,
  },
};
