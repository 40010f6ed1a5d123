import { basename } from 'node:path';
import { UserError, unknownName } from '../../core/errors.js';
import type { GridPoint } from '../../experiment/grid.js';
import type { Override } from '../../experiment/overrides.js';
import { TRAINING_PRESET_NAMES, TRAINING_PRESETS } from '../../experiment/presets/training/registry.js';
import { MODEL_NAMES } from '../../models/registry.js';
import { NO_PLUGINS } from '../../plugins/plugins.js';
import { formatTable } from '../../report/tables.js';
import { isNetworkArgument, readNetwork, resolveWithOverrides } from '../network-argument.js';

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
export function findTrainSubject(
  what: string | undefined,
  overrides: readonly Override[],
  plugins = NO_PLUGINS,
): TrainSubject {
  if (what === undefined) {
    throw new UserError(
      `train: expected a preset, a network or a spec file, found nothing. Presets: ${TRAINING_PRESET_NAMES.join(', ')}.`,
    );
  }
  const preset = TRAINING_PRESETS.find(({ name }) => name === what);
  if (preset === undefined && !isNetworkArgument(what)) {
    const names = new Set([...TRAINING_PRESET_NAMES, ...MODEL_NAMES]);
    throw unknownName('train', 'preset or network', what, [...names]);
  }
  const spec = resolveWithOverrides('train', what, preset?.spec ?? readNetwork(what), overrides, plugins);
  const isFile = preset === undefined && /\.json$/i.test(what);
  return {
    name: preset?.name ?? (isFile ? basename(what).replace(/\.json$/i, '') : spec.model),
    title: preset?.title ?? null,
    spec,
    where: what,
  };
}

/** The presets as a table, or one JSON object a line. */
export function formatTrainingPresets(json: boolean): string {
  if (json) return TRAINING_PRESETS.map((preset) => `${JSON.stringify(preset)}\n`).join('');
  const columns = ['preset', 'what it trains'].map((title) => ({ title, align: 'left' as const }));
  return formatTable(
    columns,
    TRAINING_PRESETS.map(({ name, title }) => [name, title]),
  );
}
