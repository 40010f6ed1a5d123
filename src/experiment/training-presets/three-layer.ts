import { CIFAR10_TRAINING, climbAndFall } from './cifar10.js';
import type { TrainingPreset } from './training-preset.js';

/** The network of CS231n's second assignment; SGD in place of the assignment's Adam. */
export const THREE_LAYER_TRAINING: TrainingPreset = {
  name: 'three-layer',
  title: 'the three-layer ConvNet of CS231n on CIFAR-10',
  spec: { ...CIFAR10_TRAINING, model: 'three-layer', epochs: 10, learningRate: climbAndFall(0.01) },
};
