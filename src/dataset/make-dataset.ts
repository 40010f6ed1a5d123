import { checkDataset } from './check-dataset.js';
import type { Dataset, LabelledImages } from './dataset.js';
import { hashDataset } from './hash.js';
import { allocateSharedBytes } from './shared-bytes.js';

/** Images whose labels may be bytes, as files of few classes have them. */
export interface GivenImages extends Pick<LabelledImages, 'count' | 'pixels'> {
  readonly labels: Uint8Array | Uint16Array;
}

/** What a data set of classes is made of. */
export interface DatasetParts extends Pick<Dataset, 'name' | 'shape' | 'classNames'> {
  readonly train: GivenImages;
  readonly test: GivenImages;
}

/** What a data set of targets is made of. */
export interface TargetParts extends Pick<Dataset, 'name' | 'shape'> {
  /** What the d targets of an image are called. */
  readonly targetNames: readonly string[];
  readonly train: TargetedImages;
  readonly test: TargetedImages;
}

/** Images with numbers that are to be told of each. */
export interface TargetedImages extends Pick<LabelledImages, 'count' | 'pixels'> {
  /** n×d, finite. */
  readonly targets: Float32Array;
}

/**
 * A data set of images in memory, with a class or with targets, which are numbers, for each. Its hash takes a while over many bytes, so it is
 * computed once, when it is first read. Labels that are bytes are copied to 16 bits.
 *
 * @throws UserError if sizes, types, labels or targets do not fit together
 */
export function makeDataset(given: DatasetParts | TargetParts): Dataset {
  const parts = given && fillIn(given);
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

/** What is given of classes beside targets does not vanish: it is an error then. */
function fillIn(given: DatasetParts | TargetParts): Omit<Dataset, 'sha256'> {
  if (!('targetNames' in given)) {
    return { ...given, train: widenLabels(given.train), test: widenLabels(given.test) };
  }
  const noLabels = { labels: new Uint16Array() };
  return {
    classNames: [],
    ...given,
    train: { ...noLabels, ...given.train },
    test: { ...noLabels, ...given.test },
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
