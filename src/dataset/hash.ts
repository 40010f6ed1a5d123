import { createHash } from 'node:crypto';
import { packClasses } from '../core/class-numbers.js';
import { formatShape } from '../core/shape.js';
import type { Dataset } from './dataset.js';

/** SHA-256, as hexadecimal, over the shape, the numbers of images, and the pixels and packed labels of both halves. */
export function hashDataset({ shape, classNames, train, test }: Omit<Dataset, 'sha256'>): string {
  // The sizes keep two divisions of the same bytes apart.
  const hash = createHash('sha256').update(`${formatShape(shape)} ${train.count} ${test.count}\n`);
  for (const { pixels, labels } of [train, test]) {
    hash.update(pixels).update(packClasses(labels, classNames.length));
  }
  return hash.digest('hex');
}
