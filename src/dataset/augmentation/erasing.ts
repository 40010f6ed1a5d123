import { z } from 'zod';
import type { Shape } from '../../core/shape.js';
import { TRANSFORM } from '../transform.js';
import type { AugmentationDraws } from './draws.js';
import { areaSchema, drawRectangle, rangeSchema } from './rectangle.js';

/** Random erasing (Zhong et al. 2020, arXiv 1708.04896): a rectangle of the input is set to 0. */
export const erasingSchema = z.strictObject({
  probability: z.number().gt(0).max(1).default(0.5),
  /** Of the rectangle, as a share of the image's. */
  area: areaSchema.default([0.02, 0.33]),
  /** Height by width. */
  aspect: rangeSchema.default([0.3, 3.3]),
});

export type Erasing = z.output<typeof erasingSchema>;

/** Draws what an image of this shape loses. Overwrites that in its words, which begin `at`; nothing is an empty rectangle. */
export function drawErasing(
  erasing: Erasing,
  shape: Shape,
  draws: AugmentationDraws,
  transforms: Int32Array,
  at: number,
): void {
  // A row and a column stay at least, as in the paper.
  const most = { height: shape.height - 1, width: shape.width - 1 };
  const isErased = draws.nextBetween(0, 1) < erasing.probability;
  const rectangle = isErased ? drawRectangle(erasing, shape, most, draws) : null;
  transforms[at + TRANSFORM.eraseTop] = rectangle?.top ?? 0;
  transforms[at + TRANSFORM.eraseLeft] = rectangle?.left ?? 0;
  transforms[at + TRANSFORM.eraseHeight] = rectangle?.height ?? 0;
  transforms[at + TRANSFORM.eraseWidth] = rectangle?.width ?? 0;
}
