import { checkDataset } from './check-dataset.js';
import type { Dataset } from './dataset.js';
import { hashDataset } from './hash.js';

/**
 * A data set of images in memory. Its hash takes a while over many bytes, so it is computed once, when it is first read.
 *
 * @throws UserError if sizes, types or labels do not fit together
 */
export function makeDataset(parts: Omit<Dataset, 'sha256'>): Dataset {
  checkDataset(parts);
  let sha256: string | null = null;
  return {
    ...parts,
    get sha256() {
      sha256 ??= hashDataset(parts.shape, parts.train, parts.test);
      return sha256;
    },
  };
}
