import type { ClassProbability, Prediction } from './trained-model.js';

/** How the answers of several networks become one. */
export const COMBINATIONS = ['mean', 'vote'] as const;
export type Combination = (typeof COMBINATIONS)[number];

/**
 * What several networks say together of one image (chapter 15, exercise 15.5): `mean`, the mean of their probabilities; `vote`, the share of them that take
 * it for a class, equal shares in the order of that mean.
 *
 * @param predictions one of each network, for the same classes
 * @returns all classes, the most likely first
 */
export function combinePredictions(
  predictions: readonly Pick<Prediction, 'classes'>[],
  combination: Combination,
): ClassProbability[] {
  const each = predictions.map(({ classes }) => classes);
  const names = each[0]!.toSorted((a, b) => a.index - b.index).map(({ name }) => name);
  const means = new Array<number>(names.length).fill(0);
  const votes = new Array<number>(names.length).fill(0);
  for (const classes of each) {
    for (const { index, probability } of classes) means[index]! += probability / each.length;
    votes[classes[0]!.index]! += 1 / each.length;
  }
  const shares = combination === 'mean' ? means : votes;
  return names
    .map((name, index) => ({ name, index, probability: shares[index]! }))
    .sort((a, b) => b.probability - a.probability || means[b.index]! - means[a.index]!);
}
