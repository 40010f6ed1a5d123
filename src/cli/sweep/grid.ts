import { existsSync } from 'node:fs';
import { UserError } from '../../core/errors.js';
import type { Grid } from '../../experiment/grid.js';
import { readGridFile } from '../../experiment/grid-file.js';
import { PRESET_NAMES, readPreset } from '../../experiment/presets/registry.js';

/**
 * The grid that a user means: a preset's name, or else a file.
 *
 * @throws UserError if it is neither, or not a valid grid
 */
export function findGrid(what: string | undefined): Grid {
  if (what === undefined) {
    throw new UserError(
      `sweep: expected a preset or a grid file, found nothing. Presets: ${PRESET_NAMES.join(', ')}.`,
    );
  }
  const looksLikeFile = /[/\\]|\.json$/i.test(what) || existsSync(what);
  return looksLikeFile && !PRESET_NAMES.includes(what) ? readGridFile(what) : readPreset(what);
}
