import type { Prediction } from './trained-model.js';

/** How often predictions are wrong. */
export interface Evaluation {
  readonly images: number;
  /** Mean over the images; null for a vote, whose shares are no probabilities, and for networks that were trained by different ones. */
  readonly loss: number | null;
  readonly errorPercent: number;
  /** Of images whose label is not among the first five classes. */
  readonly top5ErrorPercent: number;
  /** Of each output, by its label. */
  readonly classes: readonly ClassErrors[];
}

/** Of the images of one class. */
export interface ClassErrors {
  readonly name: string;
  readonly images: number;
  readonly errors: number;
}

/**
 * Holds predictions against labels.
 *
 * @param loss their mean loss; null for none
 */
export function evaluatePredictions(
  predictions: readonly Pick<Prediction, 'classes'>[],
  labels: ArrayLike<number>,
  loss: number | null,
): Evaluation {
  const images = predictions.length;
  const ofClasses = predictions[0]!.classes
    .toSorted((a, b) => a.index - b.index)
    .map(({ name }) => ({ name, images: 0, errors: 0 }));
  let [errors, top5Errors] = [0, 0];
  for (const [image, { classes }] of predictions.entries()) {
    const label = labels[image]!;
    const rank = classes.findIndex(({ index }) => index === label);
    ofClasses[label]!.images++;
    if (rank >= 5) top5Errors++;
    if (rank === 0) continue;
    errors++;
    ofClasses[label]!.errors++;
  }
  return {
    images,
    loss,
    errorPercent: (100 * errors) / images,
    top5ErrorPercent: (100 * top5Errors) / images,
    classes: ofClasses,
  };
}
