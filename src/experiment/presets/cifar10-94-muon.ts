import { fallFrom } from './cifar10.js';
import { CIFAR10_94 } from './cifar10-94.js';
import type { Preset } from './preset.js';

const BATCH_SIZE = 2000;
/** Of the filters, by Muon. */
const FILTER_RATE = 0.24;
/** Of the biases, by SGD, for a loss that is a sum over the mini-batch: for a mean, whose gradient is as much shorter, the rate is as much higher. */
const BIAS_RATE = 0.053 * BATCH_SIZE;
/** What a step takes off the biases, as a share of them, at the full rate. */
const DECAY_OF_A_STEP = 2e-6 * BATCH_SIZE;

/** The recipe's options of Muon, for the filters. */
export const FILTERS_BY_MUON = {
  kind: 'muon',
  kernels: 'convolutions',
  momentum: 0.6,
  newtonSchulzSteps: 3,
  scaleByShape: false,
  normalizeKernels: true,
} as const;

/** Jordan's recipe with Muon (github.com/KellerJordan/cifar10-airbench, airbench94_muon.py); images are shown as in his first one. */
export const CIFAR10_94_MUON: Preset = {
  name: 'cifar10-94-muon',
  title: "Jordan's recipe with Muon for 94% on CIFAR-10 in 8 epochs",
  base: {
    dataset: CIFAR10_94.base.dataset,
    model: 'airbench94-muon',
    normalization: CIFAR10_94.base.normalization,
    augmentation: CIFAR10_94.base.augmentation,
    testTimeAugmentation: CIFAR10_94.base.testTimeAugmentation,
    batchSize: BATCH_SIZE,
    dropLast: true,
    epochs: 8,
    learningRate: fallFrom(FILTER_RATE),
    optimizer: {
      ...FILTERS_BY_MUON,
      others: {
        learningRate: BIAS_RATE / FILTER_RATE,
        momentum: 0.85,
        nesterov: true,
        weightDecay: DECAY_OF_A_STEP / BIAS_RATE,
      },
    },
    labelSmoothing: CIFAR10_94.base.labelSmoothing,
  },
};
