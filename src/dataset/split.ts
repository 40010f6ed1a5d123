import { UserError } from '../core/errors.js';
import { makeKey, RandomStream, shuffle } from '../core/rng.js';
import type { LabelledImages } from './dataset.js';
import { takeSubset } from './subset.js';

/** Which of the training half's images a run uses, and which of those it keeps for validation. */
export interface SplitOptions {
  /** From 1. */
  readonly trainFirst: number;
  /** Images in all, those for validation included; null for as many as there are. */
  readonly trainCount: number | null;
  /** As many of each class. */
  readonly balanced: boolean;
  readonly validationCount: number;
  /** Of the images, in place of a count; 0 for none. */
  readonly validationFraction: number;
  /** The last ones, or any ones by the seed. */
  readonly validationFrom: 'end' | 'random';
  readonly seed: number;
}

/** Indices of images in the training half, from 0, each part in ascending order. */
export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/**
 * Chooses a run's images and splits them: a pure function of labels and options. Balanced, it takes the first `trainCount / classes` of each
 * class from `trainFirst` on, and for validation equally many of each class.
 *
 * @throws UserError if there are too few images, or counts that cannot be shared out evenly among the classes
 */
export function splitTraining(images: LabelledImages, classes: number, options: SplitOptions): Split {
  const { size, validation } = planGroups(images, classes, options);
  const groups = options.balanced
    ? takeOfEachClass(images, classes, size, options)
    : [takeAll(images, options)];
  const parts = groups.map((group, i) => splitGroup(group, validation, i, options));
  return {
    train: joinSorted(parts.map((part) => part.train)),
    validation: joinSorted(parts.map((part) => part.validation)),
  };
}

/**
 * How many images `splitTraining` gives each part.
 *
 * @throws UserError as that does
 */
export function countSplit(
  images: LabelledImages,
  classes: number,
  options: SplitOptions,
): { readonly train: number; readonly validation: number } {
  const { groups, size, validation } = planGroups(images, classes, options);
  return { train: groups * (size - validation), validation: groups * validation };
}

/** Images of equal standing, such as those of one class: how many groups, the images of each, and those of them for validation. */
function planGroups(images: LabelledImages, classes: number, options: SplitOptions) {
  const groups = options.balanced ? classes : 1;
  const size = options.balanced
    ? countOfEachClass(images, classes, options)
    : takeSubset(images, options.trainFirst, options.trainCount, 'train').count;
  return { groups, size, validation: countValidation(size, groups, options) };
}

function takeAll(images: LabelledImages, { trainFirst, trainCount }: SplitOptions): Int32Array {
  const { first, count } = takeSubset(images, trainFirst, trainCount, 'train');
  return Int32Array.from({ length: count }, (_, i) => first + i);
}

/** How many images of each class a balanced run takes. */
function countOfEachClass(
  images: LabelledImages,
  classes: number,
  { trainFirst, trainCount }: SplitOptions,
): number {
  const { first } = takeSubset(images, trainFirst, null, 'train');
  if (trainCount !== null) checkShares('trainCount', trainCount, classes);
  const counts = new Uint32Array(classes);
  for (let i = first; i < images.count; i++) counts[images.labels[i]!]!++;
  const least = Math.min(...counts);
  const size = trainCount === null ? least : trainCount / classes;
  if (least < size || size === 0) {
    throw new UserError(
      `balanced: expected at least ${Math.max(1, size)} images of each class from example ${trainFirst} on, ` +
        `found ${least} of class ${counts.indexOf(least)}. Lower trainFirst or trainCount.`,
    );
  }
  return size;
}

/** The first `size` images of each class. */
function takeOfEachClass(
  images: LabelledImages,
  classes: number,
  size: number,
  { trainFirst }: SplitOptions,
): Int32Array[] {
  const { first } = takeSubset(images, trainFirst, null, 'train');
  const groups = Array.from({ length: classes }, (): number[] => []);
  for (let i = first; i < images.count; i++) {
    const group = groups[images.labels[i]!]!;
    if (group.length < size) group.push(i);
  }
  return groups.map((group) => Int32Array.from(group));
}

/** How many images of each group are for validation. */
function countValidation(
  size: number,
  groups: number,
  { validationCount, validationFraction }: SplitOptions,
): number {
  if (groups > 1) checkShares('validationCount', validationCount, groups);
  const count = validationFraction > 0 ? Math.round(size * validationFraction) : validationCount / groups;
  const total = size * groups;
  if (count < size && (count > 0 || validationFraction === 0)) return count;
  const asked =
    validationFraction > 0
      ? `validationFraction ${validationFraction}`
      : `validationCount ${validationCount}`;
  throw new UserError(
    `${asked}: expected 1 to ${total - groups} of the ${total} training images, found ${count * groups}. ` +
      'Leave some to train on and some to validate on.',
  );
}

function checkShares(field: string, count: number, classes: number): void {
  if (count % classes === 0) return;
  throw new UserError(
    `balanced: expected a ${field} that ${classes} classes share evenly, found ${count}. ` +
      `Take ${Math.max(1, Math.round(count / classes)) * classes}.`,
  );
}

function splitGroup(
  group: Int32Array,
  validation: number,
  index: number,
  { validationFrom, seed }: SplitOptions,
): Split {
  const ordered = group.slice();
  if (validationFrom === 'random') shuffle(ordered, new RandomStream(makeKey(seed, 'selection', index)));
  const cut = ordered.length - validation;
  return { train: ordered.subarray(0, cut), validation: ordered.subarray(cut) };
}

function joinSorted(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
}
