import { join } from 'node:path';
import {
  CIFAR10_CLASS_FILE,
  CIFAR10_CLASS_NAMES,
  CIFAR10_TEST_NAME,
  CIFAR10_TRAIN_NAMES,
  checkClassFile,
  findCifar10Files,
} from './cifar10-files.js';
import { CIFAR10_SHAPE, readCifar10Files } from './cifar10-records.js';
import type { Dataset } from './dataset.js';
import { makeDataset } from './make-dataset.js';

/**
 * Loads CIFAR-10 (Krizhevsky 2009) from the files of its published binary version, which may hold fewer images.
 *
 * @throws UserError if files are missing, truncated or corrupt
 */
export async function loadCifar10(folder: string): Promise<Dataset> {
  await findCifar10Files(folder);
  const locate = (name: string) => join(folder, name);
  const [train, test] = await Promise.all([
    readCifar10Files(CIFAR10_TRAIN_NAMES.map(locate)),
    readCifar10Files([locate(CIFAR10_TEST_NAME)]),
    checkClassFile(locate(CIFAR10_CLASS_FILE)),
  ]);
  return makeDataset({ name: 'cifar10', shape: CIFAR10_SHAPE, classNames: CIFAR10_CLASS_NAMES, train, test });
}
