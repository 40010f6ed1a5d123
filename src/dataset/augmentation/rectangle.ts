import { z } from 'zod';
import { exponential } from '../../core/exponential.js';
import { naturalLogarithm } from '../../core/logarithm.js';
import type { AugmentationDraws } from './draws.js';

export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Two numbers above 0, the lower one first. */
export const rangeSchema = z
  .tuple([z.number().positive(), z.number().positive()])
  .readonly()
  .refine(([low, high]) => low <= high, 'expected the lower limit first');

export const areaSchema = rangeSchema.refine(([, high]) => high <= 1, 'expected at most 1, the whole image');

type Range = z.output<typeof rangeSchema>;

/** Rectangles that do not fit are drawn again, but not forever. */
const ATTEMPTS = 10;

/**
 * Draws a rectangle anywhere in an image, as torchvision's RandomErasing and RandomResizedCrop do: its area uniformly between shares of the image's,
 * the logarithm of height by width uniformly as well. Null if none fits.
 *
 * @param most that height and width may be
 */
export function drawRectangle(
  { area, aspect }: { readonly area: Range; readonly aspect: Range },
  image: { readonly height: number; readonly width: number },
  most: { readonly height: number; readonly width: number },
  draws: AugmentationDraws,
): Rectangle | null {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pixels = image.height * image.width * draws.nextBetween(...area);
    const ratio = exponential(draws.nextBetween(naturalLogarithm(aspect[0]), naturalLogarithm(aspect[1])));
    const height = Math.round(Math.sqrt(pixels * ratio));
    const width = Math.round(Math.sqrt(pixels / ratio));
    if (height < 1 || width < 1 || height > most.height || width > most.width) continue;
    const top = draws.nextBelow(image.height - height + 1);
    const left = draws.nextBelow(image.width - width + 1);
    return { top, left, height, width };
  }
  return null;
}
