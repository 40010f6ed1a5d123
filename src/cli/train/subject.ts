import { UserError, unknownName } from '../../core/errors.js';
import type { GridPoint } from '../../experiment/grid.js';
import type { Override } from '../../experiment/overrides.js';
import { listPoints } from '../../experiment/presets/preset.js';
import { TRAINING_PRESETS } from '../../experiment/presets/registry.js';
import { MODEL_NAMES } from '../../models/registry.js';
import {
  isNetworkArgument,
  type NetworkOptions,
  nameNetwork,
  readNetwork,
  refuseIgnoredHash,
  resolveWithOverrides,
} from '../network-argument.js';

const PRESET_NAMES = TRAINING_PRESETS.map(({ name }) => name);

/** A run that a user asks for. */
export interface TrainSubject extends GridPoint {
  /** Under which it is recorded: the preset's, the network's or the file's. */
  readonly name: string;
  readonly title: string | null;
}

/**
 * The run that a user means: a preset, or else a network, a pattern or a file.
 *
 * @throws UserError if it is none of them, or not a valid spec
 */
export async function findTrainSubject(
  what: string | undefined,
  overrides: readonly Override[],
  options: NetworkOptions,
): Promise<TrainSubject> {
  if (what === undefined) {
    throw new UserError(
      `train: expected a preset, a network or a spec file, found nothing. Presets: ${PRESET_NAMES.join(', ')}.`,
    );
  }
  const preset = TRAINING_PRESETS.find(({ name }) => name === what);
  if (preset === undefined && !isNetworkArgument(what)) {
    const names = new Set([...PRESET_NAMES, ...MODEL_NAMES]);
    throw unknownName('train', 'preset or network', what, [...names]);
  }
  if (preset) refuseIgnoredHash(what, options);
  const written = preset ? { ...listPoints(preset)[0] } : await readNetwork(what, options);
  const spec = resolveWithOverrides('train', what, written, overrides, options.plugins);
  return {
    name: preset?.name ?? nameNetwork(what, spec.model),
    title: preset?.title ?? null,
    spec,
    where: what,
  };
}
