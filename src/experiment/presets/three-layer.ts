import { CIFAR10_TRAINING, climbAndFall } from './cifar10.js';
import type { Preset } from './preset.js';

/**
 * The network of CS231n's second assignment, whose small first weights are for pixels of 0 to 255 less their mean. SGD in place
 * of the assignment's Adam.
 */
export const THREE_LAYER: Preset = {
  name: 'three-layer',
  title: 'the three-layer ConvNet of CS231n on CIFAR-10',
  base: {
    ...CIFAR10_TRAINING,
    model: 'three-layer',
    normalization: 'mean-image',
    augmentation: { flip: 'random' },
    epochs: 10,
    learningRate: climbAndFall(0.001),
  },
};
