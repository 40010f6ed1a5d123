import { createHash } from 'node:crypto';
import { formatShape, type Shape } from '../core/shape.js';
import type { LabelledImages } from './dataset.js';

/** SHA-256, as hexadecimal, over the shape, the numbers of images, and the pixels and labels of both halves. */
export function hashDataset(shape: Shape, train: LabelledImages, test: LabelledImages): string {
  // The sizes keep two divisions of the same bytes apart.
  const hash = createHash('sha256').update(`${formatShape(shape)} ${train.count} ${test.count}\n`);
  for (const { pixels, labels } of [train, test]) hash.update(pixels).update(labels);
  return hash.digest('hex');
}
