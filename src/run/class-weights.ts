import { z } from 'zod';
import { UserError } from '../core/errors.js';
import type { Dataset } from '../dataset/dataset.js';

/**
 * What a training image of each class counts in the loss and its gradient, as Keras's `class_weight` has it: a number a class, or `balanced`, which
 * is images / (classes · images of the class) over the images that the run trains on. Validation and test losses do not know it.
 */
export const classWeightsSchema = z.union(
  [z.literal('balanced'), z.array(z.number().min(1e-6).max(1e6)).readonly()],
  'expected "balanced" or a list of numbers, one a class',
);

export type ClassWeights = z.output<typeof classWeightsSchema>;

/** @throws UserError unless there is a weight for each class of the data */
export function checkClassWeights(weights: ClassWeights | null, { name, classNames }: Dataset): void {
  if (weights === null || weights === 'balanced' || weights.length === classNames.length) return;
  throw new UserError(
    `classWeights: expected ${classNames.length} numbers, one for each class of ${name}, found ${weights.length}. ` +
      'Give as many, or balanced.',
  );
}

interface TrainedImages {
  /** Of all training images. */
  readonly labels: Uint16Array;
  /** Those that the run trains on. */
  readonly samples: Int32Array;
  /** The network's, of which the data need not have all. */
  readonly classes: number;
}

/** The weights as numbers, one for each class of the network; 1 for a class without an image. */
export function computeClassWeights(
  weights: ClassWeights,
  { labels, samples, classes }: TrainedImages,
): Float32Array {
  if (weights !== 'balanced') return Float32Array.from({ length: classes }, (_, c) => weights[c] ?? 1);
  const counts = new Uint32Array(classes);
  for (const sample of samples) counts[labels[sample]!]!++;
  const present = counts.filter((count) => count > 0).length;
  return Float32Array.from(counts, (count) => (count > 0 ? samples.length / (present * count) : 1));
}
