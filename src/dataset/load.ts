import { unknownName } from '../core/errors.js';
import { loadCifar10 } from './cifar10.js';
import { CIFAR10_FOLDER } from './cifar10-files.js';
import type { Dataset } from './dataset.js';
import { FASHION_MNIST_FOLDER, loadFashionMnist } from './fashion-mnist.js';
import { loadMnist, MNIST_FOLDER } from './mnist.js';

/** Where each data set's files belong, under the current folder, and how they are loaded. */
const PLACES: ReadonlyMap<string, { folder: string; load: (folder: string) => Promise<Dataset> }> = new Map([
  ['mnist', { folder: MNIST_FOLDER, load: loadMnist }],
  ['fashion-mnist', { folder: FASHION_MNIST_FOLDER, load: loadFashionMnist }],
  ['cifar10', { folder: CIFAR10_FOLDER, load: loadCifar10 }],
]);

/** The names that `loadDataset` knows. */
export const DATASET_NAMES: readonly string[] = [...PLACES.keys()];

/**
 * Loads a data set into shared memory.
 *
 * @param options.folder where its files are, instead of their usual place in the current folder's `data`
 * @throws UserError for an unknown name, and for files that are missing or broken
 */
export async function loadDataset(name: string, options: { folder?: string } = {}): Promise<Dataset> {
  const place = findPlace(name);
  return place.load(options.folder ?? place.folder);
}

/**
 * Where a data set's files belong, under the current folder.
 *
 * @throws UserError for an unknown name
 */
export function findDatasetFolder(name: string): string {
  return findPlace(name).folder;
}

function findPlace(name: string) {
  const place = PLACES.get(name);
  if (place === undefined) throw unknownName('dataset', 'name', name, DATASET_NAMES);
  return place;
}
