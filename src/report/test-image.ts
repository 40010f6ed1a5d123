import { sizeOf } from '../core/shape.js';
import type { Dataset } from '../dataset/dataset.js';
import { encodePng } from './png.js';

/**
 * A test image as PNG, as ink on paper: MNIST's digits are light on dark.
 *
 * @param example its number in the data set, from 1
 */
export function drawTestImage({ shape, test }: Pick<Dataset, 'shape' | 'test'>, example: number): Buffer {
  const size = sizeOf(shape);
  const pixels = test.pixels.slice((example - 1) * size, example * size);
  const isGrey = shape.channels === 1;
  return encodePng(isGrey ? pixels.map((value) => 255 - value) : pixels, shape);
}
