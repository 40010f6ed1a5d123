import { join } from 'node:path';
import type { Dataset } from './dataset.js';
import { readIdxDataset } from './idx-dataset.js';
import { findIdxFiles } from './idx-files.js';

/** Where the files belong, under the current folder. */
export const FASHION_MNIST_FOLDER = join('data', 'fashion-mnist');
const CLASS_NAMES = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

/**
 * Loads Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv 1708.07747) from IDX files in `folder`.
 *
 * @throws UserError if files are missing, truncated or corrupt, or do not fit together
 */
export async function loadFashionMnist(folder: string): Promise<Dataset> {
  return readIdxDataset('fashion-mnist', CLASS_NAMES, await findIdxFiles('fashion-mnist', folder, null));
}
