import { BUNDLE_IMAGES } from './constants.js';

/** Bundles that hold so many images; the last may be filled in part. */
export function countBundles(images: number): number {
  return Math.ceil(images / BUNDLE_IMAGES);
}

/** Images of one bundle, when there are so many in all. */
export function imagesOfBundle(bundle: number, images: number): number {
  return Math.min(BUNDLE_IMAGES, images - bundle * BUNDLE_IMAGES);
}

/** Lanes that convolutions compute of a bundle that holds so many images. */
export function lanesInUse(images: number): number {
  return images > BUNDLE_IMAGES / 2 ? BUNDLE_IMAGES : BUNDLE_IMAGES / 2;
}
