import type { EvaluationSet } from '../parallel/protocol.js';

/** How often images of one class are wrongly told. */
export interface ClassErrors {
  readonly images: number;
  readonly errors: number;
}

/**
 * Counts mistakes by class.
 *
 * @param predicted the class that each of the samples is taken for, in order
 */
export function countClassErrors(
  { labels }: Pick<EvaluationSet['images'], 'labels'>,
  samples: ArrayLike<number>,
  predicted: Uint16Array,
  classes: number,
): ClassErrors[] {
  const counts = Array.from({ length: classes }, () => ({ images: 0, errors: 0 }));
  predicted.forEach((found, i) => {
    const label = labels[samples[i]!]!;
    counts[label]!.images++;
    if (found !== label) counts[label]!.errors++;
  });
  return counts;
}
