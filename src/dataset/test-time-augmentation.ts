import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';

/** In which ways test images are looked at when a trained network is tested; the outputs of all are averaged. */
export const testTimeAugmentationSchema = z.enum(['none', 'mirror', 'mirror-translate']);

export type TestTimeAugmentation = z.output<typeof testTimeAugmentationSchema>;

/** One way to look at an image, and its share of the mean. */
export interface TestView {
  /** 1 for the mirror image. */
  readonly flip: 0 | 1;
  /** Before that: row y shows row y + shift, columns likewise; beside the image lies its reflection. */
  readonly shift: -1 | 0 | 1;
  readonly weight: number;
}

/**
 * In the order in which outputs are summed. Weights are powers of two, so that only the sums are rounded. `mirror-translate` is half of
 * `mirror` and half of its mean over both shifts, which Jordan 2024 (arXiv 2404.00498) has as multi-crop evaluation.
 */
export const TEST_VIEWS: Readonly<Record<TestTimeAugmentation, readonly TestView[]>> = {
  none: [{ flip: 0, shift: 0, weight: 1 }],
  mirror: [
    { flip: 0, shift: 0, weight: 1 / 2 },
    { flip: 1, shift: 0, weight: 1 / 2 },
  ],
  'mirror-translate': [
    { flip: 0, shift: 0, weight: 1 / 4 },
    { flip: 1, shift: 0, weight: 1 / 4 },
    { flip: 0, shift: -1, weight: 1 / 8 },
    { flip: 1, shift: -1, weight: 1 / 8 },
    { flip: 0, shift: 1, weight: 1 / 8 },
    { flip: 1, shift: 1, weight: 1 / 8 },
  ],
};

/** @throws UserError if images of this shape have no row or column to reflect */
export function checkTestTimeAugmentation(asked: TestTimeAugmentation, shape: Shape, where: string): void {
  if (asked !== 'mirror-translate' || Math.min(shape.height, shape.width) > 1) return;
  throw new UserError(
    `${where}: testTimeAugmentation: expected images of at least 2×2 for ${asked}, found ${formatShape(shape)}. ` +
      'Take mirror.',
  );
}
