import type { NetworkSpec } from '../network/spec.js';
import type { ClassProbability, Prediction } from './trained-model.js';

/** How often predictions are wrong. */
export interface Evaluation {
  readonly images: number;
  /** Mean over the images; null for a vote, whose shares are no probabilities. */
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

type Loss = (classes: readonly ClassProbability[], label: number) => number;

/** Of probabilities; they are those that the networks were trained with, but for labels that were smoothed and shares below 0. */
const PROBABILITY_LOSSES: Readonly<Record<NetworkSpec['loss'], Loss>> = {
  'softmax-cross-entropy': (classes, label) =>
    -Math.log(classes.find(({ index }) => index === label)!.probability),
  'squared-l2': (classes, label) =>
    classes.reduce((sum, { index, probability }) => sum + (probability - Number(index === label)) ** 2, 0) /
    2,
};

/**
 * Holds predictions against labels.
 *
 * @param loss null for none
 */
export function evaluatePredictions(
  predictions: readonly Pick<Prediction, 'classes'>[],
  labels: ArrayLike<number>,
  loss: NetworkSpec['loss'] | null,
): Evaluation {
  const images = predictions.length;
  const ofClasses = predictions[0]!.classes
    .toSorted((a, b) => a.index - b.index)
    .map(({ name }) => ({ name, images: 0, errors: 0 }));
  const computeLoss = loss === null ? undefined : PROBABILITY_LOSSES[loss];
  let [total, errors, top5Errors] = [0, 0, 0];
  for (const [image, { classes }] of predictions.entries()) {
    const label = labels[image]!;
    const rank = classes.findIndex(({ index }) => index === label);
    total += computeLoss?.(classes, label) ?? 0;
    ofClasses[label]!.images++;
    if (rank >= 5) top5Errors++;
    if (rank === 0) continue;
    errors++;
    ofClasses[label]!.errors++;
  }
  return {
    images,
    loss: computeLoss === undefined ? null : total / images,
    errorPercent: (100 * errors) / images,
    top5ErrorPercent: (100 * top5Errors) / images,
    classes: ofClasses,
  };
}
