import { readdir } from 'node:fs/promises';
import { UserError } from '../core/errors.js';

/**
 * The names in a data set's folder but for hidden ones; none if there is no such folder.
 *
 * @throws UserError if it is no folder, or cannot be read
 */
export async function listFolder(dataset: string, folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new UserError(
      `${dataset}: expected ${folder} to be a folder that can be read, found ${message}. Remove or mend it.`,
    );
  }
}
