import { MAX_CLASSES } from '../core/class-numbers.js';
import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import { checkTargets } from './check-targets.js';
import type { Dataset, LabelledImages } from './dataset.js';

/**
 * Checks a data set that a program has made itself as files are checked: sizes, types, labels or targets.
 *
 * @throws UserError for the first thing that is wrong
 */
export function checkDataset(dataset: Omit<Dataset, 'sha256'>): void {
  if (typeof dataset !== 'object' || dataset === null) {
    throw new UserError(
      `dataset: expected a data set, found ${describeValue(dataset)}. fromArrays makes one.`,
    );
  }
  const { name, shape, targetNames } = dataset;
  if (typeof name !== 'string' || name === '') throw explain('dataset: name', 'a text', name);
  checkShape(shape, name);
  if (targetNames === undefined) checkClasses(dataset);
  else checkRegression(dataset, targetNames);
}

function checkClasses(dataset: Omit<Dataset, 'sha256'>): void {
  const { name, shape, classNames } = dataset;
  if (dataset.train?.targets !== undefined || dataset.test?.targets !== undefined) {
    throw explain(`${name}: targetNames`, 'a list of texts, since there are targets', undefined);
  }
  if (!areTexts(classNames) || classNames.length === 0 || classNames.length > MAX_CLASSES) {
    throw explain(`${name}: classNames`, `a list of 1 to ${MAX_CLASSES} texts`, classNames);
  }
  for (const half of ['train', 'test'] as const) {
    checkImages(dataset[half], shape, `${name}: ${half}`);
    const { count, labels } = dataset[half];
    checkLabelCount(labels, count, `${name}: ${half}.labels`);
    checkLabels(labels, classNames.length, `${name}: ${half}.labels`);
  }
}

function checkRegression(dataset: Omit<Dataset, 'sha256'>, targetNames: readonly string[]): void {
  const { name, shape, classNames } = dataset;
  if (!areTexts(targetNames) || targetNames.length === 0) {
    throw explain(`${name}: targetNames`, 'a list of texts, one a target', targetNames);
  }
  if (!Array.isArray(classNames) || classNames.length > 0) {
    throw explain(`${name}: classNames`, 'none beside targetNames', classNames);
  }
  for (const half of ['train', 'test'] as const) {
    checkImages(dataset[half], shape, `${name}: ${half}`);
    const { count, labels, targets } = dataset[half];
    if (labels.length > 0) throw explain(`${name}: ${half}.labels`, 'none beside targets', labels);
    checkTargets({ count, targets: targets!, targetNames }, `${name}: ${half}.targets`);
  }
}

function areTexts(names: unknown): names is readonly string[] {
  return Array.isArray(names) && names.every((text) => typeof text === 'string');
}

function checkShape(shape: Shape, name: string): void {
  for (const side of ['height', 'width', 'channels'] as const) {
    const found: unknown = shape?.[side];
    if (!isCount(found)) throw explain(`${name}: shape.${side}`, 'a whole number from 1 up', found);
  }
}

function checkImages(images: LabelledImages, shape: Shape, where: string): void {
  const { count, pixels, labels } = images ?? {};
  if (!isCount(count)) throw explain(`${where}.count`, 'a whole number from 1 up', count);
  if (!(pixels instanceof Uint8Array)) {
    throw explain(
      `${where}.pixels`,
      'a Uint8Array of 0 to 255 (pixels of 0 to 1 times 255, rounded)',
      pixels,
    );
  }
  if (!(labels instanceof Uint16Array)) {
    throw explain(
      `${where}.labels`,
      'a Uint16Array of classes from 0 (fromArrays also takes lists and bytes)',
      labels,
    );
  }
  const bytes = count * sizeOf(shape);
  if (pixels.length !== bytes) {
    throw new UserError(
      `${where}.pixels: expected ${bytes} bytes, ${formatShape(shape)} for each of ${count} images, found ${pixels.length}. ` +
        'Correct the shape, or the number of images.',
    );
  }
}

function checkLabelCount(labels: Uint16Array, count: number, where: string): void {
  if (labels.length === count) return;
  throw new UserError(
    `${where}: expected ${count}, one an image, found ${labels.length}. Correct the number of images.`,
  );
}

function checkLabels(labels: Uint16Array, classes: number, where: string): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! < classes) continue;
    throw new UserError(
      `${where}: expected 0 to ${classes - 1}, since there are ${classes} names of classes, found ${labels[i]} for example ${i + 1}. ` +
        'Correct the label, or name its class.',
    );
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function explain(where: string, expected: string, found: unknown): UserError {
  return new UserError(`${where}: expected ${expected}, found ${describeValue(found)}.`);
}
