import { unknownName } from '../core/errors.js';
import { loadCifar10 } from './cifar10.js';
import type { Dataset } from './dataset.js';
import { loadFashionMnist } from './fashion-mnist.js';
import { loadMnist } from './mnist.js';

/** How each data set is loaded, from a folder or from its usual place. */
const LOADERS: ReadonlyMap<string, (folder?: string) => Promise<Dataset>> = new Map([
  ['mnist', loadMnist],
  ['fashion-mnist', loadFashionMnist],
  ['cifar10', loadCifar10],
]);

/** The names that `loadDataset` knows. */
export const DATASET_NAMES: readonly string[] = [...LOADERS.keys()];

/**
 * Loads a data set into shared memory.
 *
 * @param options.folder where its files are, instead of their usual place in the current folder's `data`
 * @throws UserError for an unknown name, and for files that are missing or broken
 */
export async function loadDataset(name: string, options: { folder?: string } = {}): Promise<Dataset> {
  const load = LOADERS.get(name);
  if (load === undefined) throw unknownName('dataset', 'name', name, DATASET_NAMES);
  return load(options.folder);
}
