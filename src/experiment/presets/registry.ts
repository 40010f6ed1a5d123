import { unknownName } from '../../core/errors.js';
import { type Grid, parseGrid } from '../grid.js';
import { CIFAR_QUICK } from './cifar-quick.js';
import { CIFAR10_94 } from './cifar10-94.js';
import { CIFAR10_94_MUON } from './cifar10-94-muon.js';
import { CIFAR10_96 } from './cifar10-96.js';
import { EXERCISE_15_6, EXERCISE_15_6_PARTS } from './exercise-15-6.js';
import { EXERCISES_15_1_TO_15_4 } from './exercises-15-1-to-15-4.js';
import { FIRST_LOOK } from './first-look.js';
import { LENET5 } from './lenet5.js';
import { MOBILENET_V2 } from './mobilenet-v2.js';
import { listPoints, type Preset } from './preset.js';
import { RESNET20 } from './resnet20.js';
import { THREE_LAYER } from './three-layer.js';
import { VGG } from './vgg.js';

export const PRESETS: readonly Preset[] = [
  FIRST_LOOK,
  ...EXERCISES_15_1_TO_15_4,
  EXERCISE_15_6,
  ...EXERCISE_15_6_PARTS,
  LENET5,
  THREE_LAYER,
  CIFAR_QUICK,
  RESNET20,
  MOBILENET_V2,
  ...VGG,
  CIFAR10_94,
  CIFAR10_94_MUON,
  CIFAR10_96,
];

export const PRESET_NAMES: readonly string[] = PRESETS.map((preset) => preset.name);

/** The presets of one point: a network and how to train it. */
export const TRAINING_PRESETS: readonly Preset[] = PRESETS.filter(
  (preset) => listPoints(preset).length === 1,
);

/**
 * A preset as a grid.
 *
 * @throws UserError for an unknown name
 */
export function readPreset(name: string): Grid {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (preset === undefined) throw unknownName('sweep', 'preset', name, PRESET_NAMES);
  return parseGrid(preset, name, name);
}
