import type { Dataset } from './dataset.js';
import { hashDataset } from './hash.js';

/** A data set of what was loaded. Its hash takes a while over many bytes, so it is computed once, when it is first read. */
export function makeDataset(parts: Omit<Dataset, 'sha256'>): Dataset {
  let sha256: string | null = null;
  return {
    ...parts,
    get sha256() {
      sha256 ??= hashDataset(parts.shape, parts.train, parts.test);
      return sha256;
    },
  };
}
