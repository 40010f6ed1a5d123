import { createHash } from 'node:crypto';
import { packClasses } from '../core/class-numbers.js';
import type { LabelledImages } from './dataset.js';

/**
 * SHA-256, as hexadecimal, of a half's images with their labels, whatever their order: over the sorted SHA-256 of each image's packed label and
 * pixels (h×w×c).
 */
export function computeFingerprint({ count, pixels, labels }: LabelledImages, classes: number): string {
  const packed = packClasses(labels, classes);
  const imageBytes = pixels.length / count;
  const digests = Array.from({ length: count }, (_, i) =>
    createHash('sha256')
      .update(packed.subarray(i, i + 1))
      .update(pixels.subarray(i * imageBytes, (i + 1) * imageBytes))
      .digest('hex'),
  );
  const hash = createHash('sha256');
  for (const digest of digests.sort()) hash.update(digest, 'hex');
  return hash.digest('hex');
}
