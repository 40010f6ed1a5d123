import { CIFAR10_TRAINING, climbAndFall, fallFrom } from './cifar10.js';
import { CIFAR10_94 } from './cifar10-94.js';
import { FILTERS_BY_MUON } from './cifar10-94-muon.js';
import type { Preset } from './preset.js';

/** Low enough for the deep one; neither is the better for more. */
const RATE = 0.05;

/** Of the filters, by Muon: a step's length beside their own. */
const FILTER_RATE = 0.12;
/** Of all other parameters, by SGD. */
const OTHER_RATE = 0.1;

export const VGG: readonly Preset[] = [
  {
    name: 'vgg11-cifar',
    title: 'VGG-11 with batch normalisation on CIFAR-10',
    base: { ...CIFAR10_TRAINING, model: 'vgg11-cifar', epochs: 6, learningRate: climbAndFall(RATE) },
  },
  {
    name: 'vgg16-cifar',
    title: 'VGG-16 with batch normalisation on CIFAR-10',
    base: { ...CIFAR10_TRAINING, model: 'vgg16-cifar', epochs: 8, learningRate: climbAndFall(RATE) },
  },
  {
    name: 'vgg16-93',
    title: 'VGG-16 with batch normalisation to 93% on CIFAR-10',
    base: {
      dataset: CIFAR10_TRAINING.dataset,
      model: 'vgg16-cifar',
      normalization: CIFAR10_TRAINING.normalization,
      augmentation: { flip: 'alternating', translate: 4, padding: 'reflect', cutout: 8 },
      testTimeAugmentation: CIFAR10_94.base.testTimeAugmentation,
      batchSize: 1000,
      epochs: 16,
      learningRate: fallFrom(FILTER_RATE),
      optimizer: {
        ...FILTERS_BY_MUON,
        others: {
          learningRate: OTHER_RATE / FILTER_RATE,
          momentum: 0.9,
          nesterov: true,
          weightDecay: CIFAR10_TRAINING.weightDecay,
        },
      },
      labelSmoothing: CIFAR10_94.base.labelSmoothing,
    },
  },
];
