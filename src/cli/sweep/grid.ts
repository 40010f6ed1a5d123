import { UserError, unknownName } from '../../core/errors.js';
import { type Grid, parseGrid } from '../../experiment/grid.js';
import { addChoices } from '../../experiment/grid-choices.js';
import { readGridFile } from '../../experiment/grid-file.js';
import { readJsonFile } from '../../experiment/json-file.js';
import { PRESET_NAMES, readPreset } from '../../experiment/presets/registry.js';
import { MODEL_NAMES } from '../../models/registry.js';
import { isSearch } from '../../search/search-file.js';
import {
  holdsNetwork,
  isNetworkArgument,
  type NetworkOptions,
  nameNetwork,
  readNetwork,
  refuseIgnoredHash,
  resolveWithOverrides,
} from '../network-argument.js';
import type { SweepCommand } from './options.js';

/**
 * The grid that a user means: a preset, a file, or else a network, which is one point; with the values of the command line.
 *
 * @throws UserError if it is none of them, or not a valid grid, or a hash is to be ignored where there is none
 */
export async function findGrid(command: SweepCommand, options: NetworkOptions): Promise<Grid> {
  const { what, name, choices, overrides } = command;
  if (what === undefined) {
    throw new UserError(
      `sweep: expected a preset, a grid file or a network, found nothing. Presets: ${PRESET_NAMES.join(', ')}.`,
    );
  }
  const grid = addChoices(await readGrid(what, options), choices, what, overrides);
  if (name === undefined) return grid;
  const { source: _source, grows: _grows, ...named } = grid;
  return { ...named, name };
}

/** Whether a file is one whose points a search chooses. */
export async function isSearchArgument(what: string | undefined): Promise<boolean> {
  if (what === undefined || PRESET_NAMES.includes(what) || !isNetworkArgument(what)) return false;
  return !(await holdsNetwork(what)) && isSearch(readJsonFile(what, 'a grid'));
}

async function readGrid(what: string, options: NetworkOptions): Promise<Grid> {
  if (PRESET_NAMES.includes(what)) {
    refuseIgnoredHash(what, options);
    return readPreset(what);
  }
  if (!isNetworkArgument(what)) {
    throw unknownName('sweep', 'preset or network', what, [...new Set([...PRESET_NAMES, ...MODEL_NAMES])]);
  }
  if (!(await holdsNetwork(what))) {
    refuseIgnoredHash(what, options);
    return readGridFile(what);
  }
  const base = await readNetwork(what, options);
  const { model } = resolveWithOverrides('sweep', what, base, [], options.plugins);
  // As train has it: all that is trained of a network is kept together.
  return { ...parseGrid({ base }, what, nameNetwork(what, model)), grows: true };
}
