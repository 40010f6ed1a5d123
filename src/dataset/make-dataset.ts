import { checkDataset } from './check-dataset.js';
import type { Dataset, LabelledImages } from './dataset.js';
import { hashDataset } from './hash.js';

/** A data set of classes in memory. */
export type ClassParts = Omit<Dataset, 'sha256' | 'targetNames'>;

/** A data set of targets in memory. */
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
 * computed once, when it is first read.
 *
 * @throws UserError if sizes, types, labels or targets do not fit together
 */
export function makeDataset(parts: ClassParts | TargetParts): Dataset {
  const whole = 'targetNames' in parts ? fillIn(parts) : parts;
  checkDataset(whole);
  let sha256: string | null = null;
  return {
    ...whole,
    get sha256() {
      sha256 ??= hashDataset(whole.shape, whole.train, whole.test);
      return sha256;
    },
  };
}

/** What is written out of classes does not vanish: it is an error then. */
function fillIn(parts: TargetParts): Omit<Dataset, 'sha256'> {
  const noLabels = { labels: new Uint8Array() };
  return {
    classNames: [],
    ...parts,
    train: { ...noLabels, ...parts.train },
    test: { ...noLabels, ...parts.test },
  };
}
