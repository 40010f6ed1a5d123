import { GROUP_IMAGES } from './constants.js';
/** Groups that hold so many images; the last may be filled in part. */
export function countGroups(images: number): number {
  return Math.ceil(images / GROUP_IMAGES);
}

/** Images of one group, when there are so many in all. */
export function imagesOfGroup(group: number, images: number): number {
  return Math.min(GROUP_IMAGES, images - group * GROUP_IMAGES);
}

/** Lanes that convolutions compute of a group that holds so many images. */
export function lanesInUse(images: number): number {
  return images > GROUP_IMAGES / 2 ? GROUP_IMAGES : GROUP_IMAGES / 2;
}
