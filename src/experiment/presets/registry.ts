import { unknownName } from '../../core/errors.js';
import { type Grid, parseGrid } from '../grid.js';
import { EXERCISE_15_6, EXERCISE_15_6_PARTS } from './exercise-15-6.js';
import { FIRST_LOOK } from './first-look.js';
import { LENET5 } from './lenet5.js';
import type { Preset } from './preset.js';

export const PRESETS: readonly Preset[] = [FIRST_LOOK, EXERCISE_15_6, ...EXERCISE_15_6_PARTS, LENET5];

export const PRESET_NAMES: readonly string[] = PRESETS.map((preset) => preset.name);

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
