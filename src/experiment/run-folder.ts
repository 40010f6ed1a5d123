import { existsSync, readdirSync, realpathSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';

const ENDING = '.db';

/**
 * Where a run's checkpoints lie: `runs/experiments-12` beside the database `experiments.db`, beside the file itself where that is a link. Databases of
 * one folder do not meet there: that of one called `experiments` is `runs/experiments-12.run`.
 */
export function findRunFolder(database: string, runId: number): string {
  const file = existsSync(database) ? realpathSync(database) : database;
  const folder = join(dirname(file), 'runs', `${basename(file, ENDING)}-${runId}`);
  if (file.endsWith(ENDING)) return folder;
  const own = `${folder}.run`;
  // As it was called before, unless that is another database's.
  const isFormer = !existsSync(own) && existsSync(folder) && !existsSync(`${file}${ENDING}`);
  return isFormer ? folder : own;
}

/** The number of the run that a folder of that name is of; NaN for other names. */
export function readRunId(folderName: string): number {
  return Number(/-([1-9]\d*)(?:\.run)?$/.exec(folderName)?.[1]);
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
