import { z } from 'zod';
import type { AugmentationDraws } from './draws.js';
import { areaSchema, drawRectangle, type Rectangle, rangeSchema } from './rectangle.js';

/** A part of the image, enlarged to all of it (torchvision's RandomResizedCrop, bilinear; Szegedy et al. 2015, arXiv 1409.4842). */
export const resizedCropSchema = z.strictObject({
  /** Of the part, as a share of the image's. */
  area: areaSchema.default([0.08, 1]),
  /** Its height by width. */
  aspect: rangeSchema.default([3 / 4, 4 / 3]),
});

export type ResizedCrop = z.output<typeof resizedCropSchema>;

/** Draws the part. Where none fits it is the largest one in the middle whose aspect is within the limits. */
export function drawCrop(
  crop: ResizedCrop,
  image: { readonly height: number; readonly width: number },
  draws: AugmentationDraws,
): Rectangle {
  const drawn = drawRectangle(crop, image, image, draws);
  if (drawn !== null) return drawn;
  const [least, greatest] = crop.aspect;
  const height = Math.min(image.height, Math.max(1, Math.round(image.width * greatest)));
  const width = Math.min(image.width, Math.max(1, Math.round(image.height / least)));
  const top = Math.floor((image.height - height) / 2);
  const left = Math.floor((image.width - width) / 2);
  return { top, left, height, width };
}
