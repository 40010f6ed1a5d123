import { existsSync, readdirSync, realpathSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';

/**
 * Where a run's checkpoints lie: `runs/experiments-12` beside the database `experiments.db`, beside the file itself where that is a link.
 * Databases of one folder do not meet there, unless their names differ by `.db` alone.
 */
export function findRunFolder(database: string, runId: number): string {
  const file = existsSync(database) ? realpathSync(database) : database;
  return join(dirname(file), 'runs', `${basename(file, '.db')}-${runId}`);
}

/**
 * Moves aside what lies in the folder of a run that is new: it is of another run that had its number in a database of this name, which has been
 * removed or put back.
 *
 * @returns where it lies now; null if there is nothing
 * @throws UserError if it cannot be moved
 */
export function setAsideRunFolder(folder: string): string | null {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return null;
  for (let number = 1; ; number++) {
    const place = `${folder}-before-${number}`;
    if (existsSync(place)) continue;
    try {
      renameSync(folder, place);
    } catch (error) {
      throw new UserError(`${folder}: cannot be moved aside: ${explainFileError(error)}. Move it by hand.`);
    }
    return place;
  }
}
