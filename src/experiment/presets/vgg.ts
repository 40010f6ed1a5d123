import { CIFAR10_TRAINING, climbAndFall } from './cifar10.js';
import type { Preset } from './preset.js';

/** Low enough for the deep one; neither is the better for more. */
const RATE = 0.05;

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
];
