import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nameCommand } from '../../core/command-name.js';
import { UserError } from '../../core/errors.js';
import { listFolder } from '../folder.js';

/** The names of the four files that MNIST and its successors are published as, less `.gz`. Some copies have a dot before `idx`. */
export const IDX_NAMES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

/** What is to be found. */
interface SoughtFiles {
  /** Of the data set, for messages and for the command that gets it. */
  readonly name: string;
  /** Less `.gz`. */
  readonly files: readonly string[];
  /** Whether there is a command that gets it. */
  readonly isPublished: boolean;
}

const COUNTS: Readonly<Record<number, string>> = { 4: 'four', 5: 'five' };

/**
 * Finds a data set's files in a folder, by their names.
 *
 * @throws UserError if some of the files are missing
 */
export async function findIdxFiles(
  { name: dataset, files, isPublished }: SoughtFiles,
  folder: string,
): Promise<Map<string, string>> {
  const present = await listFolder(dataset, folder);
  const count = COUNTS[files.length]!;
  const mend = (put: string) =>
    isPublished ? `Run ${nameCommand('data')} get ${dataset}, or put ${put}` : `Put ${put}`;
  if (present.length === 0) {
    throw new UserError(
      `${dataset}: expected its ${count} files in ${folder}, found none. ${mend(`${files.join(', ')} (plain or .gz) there.`)}`,
    );
  }
  const paths = await Promise.all(
    files.map(async (name) => [name, await findVariant(folder, name, present)] as const),
  );
  const missing = paths.filter(([, path]) => path === null).map(([name]) => name);
  if (missing.length > 0) {
    throw new UserError(
      `${dataset}: expected all ${count} files in ${folder}, found no ${missing.join(', ')} (plain or .gz). ${mend('what is missing there.')}`,
    );
  }
  return new Map(paths as [string, string][]);
}

/** Some archives unpack each file into a folder of its name; Kaggle's has such folders beside the files with a dot in their names. */
async function findVariant(folder: string, name: string, present: readonly string[]): Promise<string | null> {
  const variants = variantsOf(name);
  const there = variants.filter((variant) => present.includes(variant));
  const inside = there.flatMap((outer) => variants.map((variant) => join(folder, outer, variant)));
  for (const path of [...there.map((variant) => join(folder, variant)), ...inside]) {
    if (!(await isFolderOrNothing(path))) return path;
  }
  return null;
}

async function isFolderOrNothing(path: string): Promise<boolean> {
  // What cannot be looked at is left to whoever reads it to complain of.
  return stat(path).then(
    (stats) => stats.isDirectory(),
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  );
}

/** The names that a file may have, the one that is read first. */
export function variantsOf(name: string): string[] {
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
}
