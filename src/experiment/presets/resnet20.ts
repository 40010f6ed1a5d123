import { CIFAR10_TRAINING, climbAndFall } from './cifar10.js';
import type { Preset } from './preset.js';

/** He, Zhang, Ren and Sun's network and rate (CVPR 2016, section 4.2), in a twentieth of their epochs. */
export const RESNET20: Preset = {
  name: 'resnet20',
  title: 'ResNet-20 on CIFAR-10',
  base: { ...CIFAR10_TRAINING, model: 'resnet20', epochs: 8, learningRate: climbAndFall(0.1) },
};
