import { CIFAR_QUICK_TRAINING } from './cifar-quick.js';
import { CIFAR10_94_TRAINING } from './cifar10-94.js';
import { RESNET20_TRAINING } from './resnet20.js';
import { THREE_LAYER_TRAINING } from './three-layer.js';
import type { TrainingPreset } from './training-preset.js';
import { VGG_TRAINING } from './vgg.js';

/** What `train` knows by name. */
export const TRAINING_PRESETS: readonly TrainingPreset[] = [
  THREE_LAYER_TRAINING,
  CIFAR_QUICK_TRAINING,
  RESNET20_TRAINING,
  ...VGG_TRAINING,
  CIFAR10_94_TRAINING,
];

export const TRAINING_PRESET_NAMES: readonly string[] = TRAINING_PRESETS.map(({ name }) => name);
