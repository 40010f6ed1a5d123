import { checkDataset } from './check-dataset.js';
import type { Dataset, LabelledImages } from './dataset.js';
import { hashDataset } from './hash.js';
import { allocateSharedBytes } from './shared-bytes.js';

/** Images whose labels may be bytes, as files of few classes have them. */
export type GivenImages = Omit<LabelledImages, 'labels'> & { readonly labels: Uint8Array | Uint16Array };

/** What a data set is made of. */
export interface DatasetParts extends Omit<Dataset, 'sha256' | 'train' | 'test'> {
  readonly train: GivenImages;
  readonly test: GivenImages;
}

/**
 * A data set of images in memory. Its hash takes a while over many bytes, so it is computed once, when it is first read. Labels that are bytes are
 * copied to 16 bits.
 *
 * @throws UserError if sizes, types or labels do not fit together
 */
export function makeDataset(given: DatasetParts): Dataset {
  const parts = given && { ...given, train: widenLabels(given.train), test: widenLabels(given.test) };
  checkDataset(parts);
  let sha256: string | null = null;
  return {
    ...parts,
    get sha256() {
      sha256 ??= hashDataset(parts);
      return sha256;
    },
  };
}

/** What is no array of bytes stays as it is, for the check. */
function widenLabels(images: GivenImages): LabelledImages {
  if (!(images?.labels instanceof Uint8Array)) return images as LabelledImages;
  const bytes = allocateSharedBytes(images.labels.length * Uint16Array.BYTES_PER_ELEMENT, 'labels');
  const labels = new Uint16Array(bytes.buffer);
  labels.set(images.labels);
  return { ...images, labels };
}
