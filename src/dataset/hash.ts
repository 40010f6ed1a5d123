import { createHash } from 'node:crypto';
import { packClasses } from '../core/class-numbers.js';
import { formatShape } from '../core/shape.js';
import type { Dataset } from './dataset.js';

/** SHA-256, as hexadecimal, over the shape, the numbers of images, and the pixels and packed labels, or targets, of both halves. */
export function hashDataset({
  shape,
  classNames,
  targetNames,
  train,
  test,
}: Omit<Dataset, 'sha256'>): string {
  // The sizes keep two divisions of the same bytes apart.
  const sizes = `${formatShape(shape)} ${train.count} ${test.count}`;
  const hash = createHash('sha256').update(
    targetNames ? `${sizes} of ${targetNames.length} targets\n` : `${sizes}\n`,
  );
  for (const { pixels, labels, targets } of [train, test]) {
    hash.update(pixels).update(packClasses(labels, classNames.length));
    if (targets) hash.update(new Uint8Array(targets.buffer, targets.byteOffset, targets.byteLength));
  }
  return hash.digest('hex');
}
