import { createHash } from 'node:crypto';
import { formatShape, type Shape } from '../core/shape.js';
import type { LabelledImages } from './dataset.js';

/** SHA-256, as hexadecimal, over the shape, the numbers of images, and the pixels and labels or targets of both halves. */
export function hashDataset(shape: Shape, train: LabelledImages, test: LabelledImages): string {
  // The sizes keep two divisions of the same bytes apart.
  const sizes = `${formatShape(shape)} ${train.count} ${test.count}`;
  const targets = train.targets ? ` of ${train.targets.length / train.count} targets` : '';
  const hash = createHash('sha256').update(`${sizes}${targets}\n`);
  for (const { pixels, labels, targets } of [train, test]) {
    hash.update(pixels).update(labels);
    if (targets) hash.update(new Uint8Array(targets.buffer, targets.byteOffset, targets.byteLength));
  }
  return hash.digest('hex');
}
