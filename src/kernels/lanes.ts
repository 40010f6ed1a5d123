/**
 * The layout of narrow layers: groups of 16 images side by side, groups×h×w×c×16, so that a vector holds one channel of one pixel
 * in neighbouring images. Layers with few channels waste no lane of it, and nothing needs packing.
 */
export const GROUP_IMAGES = 16;

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
