import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { listFolder } from '../folder.js';

/** The names of the four files that MNIST and its successors are published as, less `.gz`. Some copies have a dot before `idx`. */
export const IDX_NAMES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

/**
 * Finds a data set's four files in a folder, by their names in IDX_NAMES.
 *
 * @param dataset its name, for messages and for the command that gets it
 * @throws UserError if some of the files are missing
 */
export async function findIdxFiles(dataset: string, folder: string): Promise<Map<string, string>> {
  const present = await listFolder(dataset, folder);
  const names = Object.values(IDX_NAMES);
  if (present.length === 0) {
    throw new UserError(
      `${dataset}: expected its four files in ${folder}, found none. Run node scripts/data.js get ${dataset}, or put ${names.join(', ')} (plain or .gz) there.`,
    );
  }
  const pick = (name: string) => variantsOf(name).find((variant) => present.includes(variant));
  const missing = names.filter((name) => pick(name) === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `${dataset}: expected all four files in ${folder}, found no ${missing.join(', ')} (plain or .gz). Run node scripts/data.js get ${dataset}, or put what is missing there.`,
    );
  }
  return new Map(names.map((name) => [name, join(folder, pick(name)!)]));
}

/** The names that a file may have, the one that is read first. */
export function variantsOf(name: string): string[] {
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
}
