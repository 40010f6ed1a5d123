import { MAX_CLASSES } from '../core/class-numbers.js';
import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { compareNaturally } from '../core/natural-order.js';
import { allocateSharedBytes } from './shared-bytes.js';

/** A class an image: its number, or its name. */
export type ClassLabels = ArrayLike<number> | ArrayLike<bigint> | readonly string[];

/** Labels as numbers from 0, over SharedArrayBuffers. */
export interface NumberedLabels {
  readonly labels: Uint16Array[];
  readonly classNames: readonly string[];
}

/**
 * Numbers the classes of some halves from 0. Labels are numbers from 0, or from 1 where there is no 0, or names of classes.
 *
 * @param classNames in the order of the numbers; undefined for the labels themselves
 * @throws UserError for the first label that is no class
 */
export function numberLabels(
  halves: readonly ClassLabels[],
  classNames: readonly string[] | undefined,
  where: string,
): NumberedLabels {
  for (const half of halves) checkList(half, where);
  const isNamed = halves.some((half) => typeof half[0] === 'string');
  return isNamed ? numberNames(halves, classNames, where) : numberNumbers(halves, classNames, where);
}

function checkList(labels: unknown, where: string): void {
  if (Array.isArray(labels) || (ArrayBuffer.isView(labels) && !(labels instanceof DataView))) return;
  throw new UserError(
    `${where}: labels: expected a list or a typed array of classes, found ${describeValue(labels)}.`,
  );
}

function numberNames(
  halves: readonly ClassLabels[],
  given: readonly string[] | undefined,
  where: string,
): NumberedLabels {
  const found = new Set<string>();
  for (const half of halves) {
    for (let i = 0; i < half.length; i++) {
      const label: unknown = half[i];
      if (typeof label !== 'string' || label === '') throw explain(where, 'the name of a class', label, i);
      found.add(label.normalize('NFC'));
    }
  }
  const classNames = given ?? [...found].sort(compareNaturally);
  checkClassCount(classNames.length, where);
  const numbers = new Map(classNames.map((name, i) => [name.normalize('NFC'), i]));
  return {
    classNames,
    labels: halves.map((half) =>
      share(half, where, (label, i) => {
        const number = numbers.get((label as string).normalize('NFC'));
        if (number === undefined) throw explain(where, 'one of classNames', label, i);
        return number;
      }),
    ),
  };
}

function numberNumbers(
  halves: readonly ClassLabels[],
  given: readonly string[] | undefined,
  where: string,
): NumberedLabels {
  let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
  for (const half of halves) {
    for (let i = 0; i < half.length; i++) {
      const label = readNumber(half[i], i, where);
      least = Math.min(least, label);
      greatest = Math.max(greatest, label);
    }
  }
  // The published labels of EMNIST's letters are 1 to 26.
  const first = least === 1 && (given === undefined || greatest === given.length) ? 1 : 0;
  const classNames =
    given ?? Array.from({ length: greatest - first + 1 }, (_, label) => String(first + label));
  checkClassCount(classNames.length, where);
  if (greatest - first >= classNames.length) {
    throw new UserError(
      `${where}: labels: expected 0 to ${classNames.length - 1}, since there are ${classNames.length} names of classes, found ${greatest}. ` +
        'Correct the label, or name its class.',
    );
  }
  return {
    classNames,
    labels: halves.map((half) => share(half, where, (label) => Number(label) - first)),
  };
}

function readNumber(label: unknown, i: number, where: string): number {
  const number = typeof label === 'bigint' ? Number(label) : label;
  if (Number.isInteger(number) && (number as number) >= 0 && (number as number) <= MAX_CLASSES) {
    return number as number;
  }
  throw explain(where, `a whole number from 0 to ${MAX_CLASSES}`, number, i);
}

function checkClassCount(classes: number, where: string): void {
  if (classes <= MAX_CLASSES) return;
  throw new UserError(`${where}: labels: expected at most ${MAX_CLASSES} classes, found ${classes}.`);
}

function share(
  labels: ClassLabels,
  where: string,
  numberOf: (label: unknown, i: number) => number,
): Uint16Array {
  const bytes = allocateSharedBytes(labels.length * Uint16Array.BYTES_PER_ELEMENT, where);
  const numbers = new Uint16Array(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) numbers[i] = numberOf(labels[i], i);
  return numbers;
}

function explain(where: string, expected: string, found: unknown, i: number): UserError {
  return new UserError(
    `${where}: labels: expected ${expected}, found ${describeValue(found)} for example ${i + 1}. Correct the label.`,
  );
}
