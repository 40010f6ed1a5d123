import type { EvaluationSet } from '../parallel/protocol.js';

/** What an evaluation comes to. */
export interface EvaluationSummary {
  /** Mean over the images. */
  readonly loss: number;
  readonly errorPercent: number;
  /** Of images whose label is not among the five greatest outputs. */
  readonly top5ErrorPercent: number;
  /** confusion[label][predicted] = images. */
  readonly confusion: number[][];
  /** The class that each image is taken for, in order: a copy. */
  readonly predicted: Uint16Array;
}

/** Sums up the results of an evaluation, image by image in order. Their losses are finite, so that ranks and predictions agree. */
export function summarizeResults(
  { images: { labels }, samples, results }: EvaluationSet,
  classes: number,
): EvaluationSummary {
  const images = samples.length;
  let loss = 0;
  let errors = 0;
  let top5Errors = 0;
  for (let i = 0; i < images; i++) {
    const label = labels[samples[i]!]!;
    const predicted = results.predicted[i]!;
    loss += results.loss[i]!;
    if (predicted !== label) errors++;
    if (results.rank[i]! >= 5) top5Errors++;
  }
  return {
    loss: loss / images,
    errorPercent: (100 * errors) / images,
    top5ErrorPercent: (100 * top5Errors) / images,
    confusion: countConfusion({ images: { labels }, samples }, results.predicted, classes),
    predicted: Uint16Array.from(results.predicted),
  };
}

/** Of more classes there is no confusion matrix: it is empty for the most part, and of 65,536 classes it would take gigabytes. */
const MAX_CONFUSION_CLASSES = 1_024;

/** confusion[label][predicted] = images, from the class that each image is taken for; empty of more than MAX_CONFUSION_CLASSES. */
export function countConfusion(
  {
    images: { labels },
    samples,
  }: { readonly images: { readonly labels: Uint16Array } } & Pick<EvaluationSet, 'samples'>,
  predicted: Uint16Array,
  classes: number,
): number[][] {
  if (classes > MAX_CONFUSION_CLASSES) return [];
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < samples.length; i++) confusion[labels[samples[i]!]!]![predicted[i]!]!++;
  return confusion;
}
