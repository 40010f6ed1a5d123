import { join } from 'node:path';
import { CIFAR10_NAMES, findCifar10Files } from './cifar10-files.js';
import { findIdxFiles, IDX_NAMES, type IdxFiles } from './idx-files.js';
import { findMnistPackage } from './mnist.js';

/**
 * The paths of a data set's files, by their published names less `.gz`.
 *
 * @throws UserError if some are missing
 */
export async function locateFiles(dataset: string, folder: string): Promise<Map<string, string>> {
  if (dataset === 'cifar10') {
    await findCifar10Files(folder);
    return new Map(CIFAR10_NAMES.map((name) => [name, join(folder, name)]));
  }
  const paths = await findIdxFiles(dataset, folder, dataset === 'mnist' ? findMnistPackage() : null);
  const kinds = Object.keys(IDX_NAMES) as (keyof IdxFiles)[];
  return new Map(kinds.map((kind) => [IDX_NAMES[kind], paths[kind]]));
}
