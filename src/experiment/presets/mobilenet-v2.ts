import { CIFAR10_TRAINING, climbAndFall } from './cifar10.js';
import type { Preset } from './preset.js';

/** Sandler et al.'s network (CVPR 2018) for images of 32×32, trained as the other networks for CIFAR-10 are. */
export const MOBILENET_V2: Preset = {
  name: 'mobilenet-v2',
  title: 'MobileNetV2 on CIFAR-10',
  base: { ...CIFAR10_TRAINING, model: 'mobilenet-v2-cifar', epochs: 8, learningRate: climbAndFall(0.1) },
};
