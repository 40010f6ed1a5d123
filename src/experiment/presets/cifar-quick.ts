import { cifar10 } from '../../dataset/cifar10.js';
import type { Preset } from './preset.js';

/** Epochs at each rate. */
const STAGES = [
  [14, 0.05],
  [4, 0.005],
  [2, 0.0005],
] as const;

/**
 * As MatConvNet's cnn_cifar.m trains it, but in 20 epochs where that takes 45, and without the whitening of its images: pixels of 0 to 255
 * less their mean.
 */
export const CIFAR_QUICK: Preset = {
  name: 'cifar-quick',
  title: "MatConvNet's and Caffe's quick network on CIFAR-10",
  base: {
    dataset: cifar10.name,
    model: 'cifar-quick',
    normalization: 'mean-image',
    augmentation: { flip: 'random' },
    batchSize: 100,
    epochs: 20,
    learningRate: {
      kind: 'list',
      rates: STAGES.flatMap(([epochs, rate]) => new Array<number>(epochs).fill(rate)),
    },
    momentum: 0.9,
    weightDecay: 0.0001,
  },
};
