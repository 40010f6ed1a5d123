import { z } from 'zod';
import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { ARRAY_OPTIONS } from './array-options.js';
import { type ClassLabels, numberLabels } from './class-labels.js';
import type { Dataset } from './dataset.js';
import { type DivideOptions, divideImages } from './divide.js';
import { makeDataset } from './make-dataset.js';
import { type PixelArrays, type PixelFormat, sharePixels } from './pixel-arrays.js';
import { isBigInts, isNumbers } from './pixel-values.js';
import { allocateSharedBytes } from './shared-bytes.js';

/** What is to be told of each image, as numbers: n×d of them. */
export type TargetArray = ArrayLike<number> | ArrayLike<bigint>;

/** A data set as a program has it: images as arrays, and of each a class or numbers. */
export interface ArrayParts extends PixelFormat, DivideOptions {
  /** For messages, and by which runs are recorded. Default: `arrays`. */
  readonly name?: string;
  readonly images: PixelArrays;
  /** Numbers from 0, or from 1 if there is no 0; or the classes' names. */
  readonly labels?: ClassLabels;
  /** In place of labels: a regression. */
  readonly targets?: TargetArray;
  /** Default: some of the images, see `testFraction`. */
  readonly testImages?: PixelArrays;
  readonly testLabels?: ClassLabels;
  readonly testTargets?: TargetArray;
  /** In the order of the labels. Default: the labels themselves. */
  readonly classNames?: readonly string[];
  /** What the targets of an image are called. Default: `target 1` and so on. */
  readonly targetNames?: readonly string[];
}

const DEFAULT_NAME = 'arrays';

const names = z
  .array(z.string().min(1))
  .min(1)
  .refine((texts) => new Set(texts.map((text) => text.normalize('NFC'))).size === texts.length, {
    error: 'expected each name once',
  });
/** What the numbers are is looked at where they are read. */
const numbers = z.unknown().optional();
const partsSchema = z.strictObject({
  name: ARRAY_OPTIONS.name.optional(),
  images: numbers,
  labels: numbers,
  targets: numbers,
  testImages: numbers,
  testLabels: numbers,
  testTargets: numbers,
  classNames: names.optional(),
  targetNames: names.optional(),
  shape: numbers,
  range: ARRAY_OPTIONS.range.optional(),
  layout: ARRAY_OPTIONS.layout.optional(),
  testFraction: ARRAY_OPTIONS.testFraction.optional(),
  splitSeed: ARRAY_OPTIONS.splitSeed.optional(),
} satisfies Record<keyof ArrayParts, z.ZodType>);

/**
 * A data set of arrays in memory. Pixels are kept as bytes, n×h×w×c, in shared memory: bytes that lie there already as they are, all others copied.
 *
 * @throws UserError for an unknown or a wrong option; if sizes, types, ranges, labels or targets do not fit together
 */
export function fromArrays(parts: ArrayParts): Dataset {
  parseWith(partsSchema, parts, 'fromArrays');
  const { name = DEFAULT_NAME, images, testImages } = parts;
  checkPairs(parts, name);
  const train = sharePixels(images, parts, `${name}: images`);
  const test =
    testImages === undefined ? null : sharePixels(testImages, parts, `${name}: testImages`, train.shape);
  const { names, halves } = parts.targets ? takeTargets(parts, train.count, name) : takeLabels(parts, name);
  const take = ({ count, pixels }: typeof train, half: number) => ({ count, pixels, ...halves[half]! });
  const whole = {
    name,
    shape: train.shape,
    ...names,
    train: take(train, 0),
    test: take(test ?? train, test === null ? 0 : 1),
  };
  type Parts = Parameters<typeof makeDataset>[0];
  const dataset = makeDataset(whole as Parts);
  return test === null ? makeDataset({ ...whole, ...divideImages(dataset, parts) } as Parts) : dataset;
}

/** Looks at what must be there, or not, beside what. */
function checkPairs(parts: ArrayParts, name: string): void {
  const fail = (where: string, expected: string): never => {
    throw new UserError(`${name}: ${where}: expected ${expected}.`);
  };
  const given = (key: keyof ArrayParts) => parts[key] !== undefined;
  if (!given('images')) fail('images', 'arrays of pixels, found none');
  if (given('labels') === given('targets')) {
    fail('labels', `them or targets, found ${given('labels') ? 'both' : 'neither'}`);
  }
  const what = given('labels') ? 'labels' : 'targets';
  const [tested, other] =
    what === 'labels' ? (['testLabels', 'testTargets'] as const) : (['testTargets', 'testLabels'] as const);
  if (given(other)) fail(other, `${tested} beside ${what}`);
  if (given('testImages') !== given(tested)) {
    fail(given('testImages') ? tested : 'testImages', `both testImages and ${tested}, or neither, found one`);
  }
  const namesOfOthers = what === 'labels' ? 'targetNames' : 'classNames';
  if (given(namesOfOthers)) fail(namesOfOthers, `none beside ${what}, found some. Leave it out`);
  for (const key of ['testFraction', 'splitSeed'] as const) {
    if (given('testImages') && given(key)) fail(key, 'none beside testImages, found one. Leave it out');
  }
}

function takeLabels({ labels, testLabels, classNames }: ArrayParts, name: string) {
  const given = testLabels === undefined ? [labels!] : [labels!, testLabels];
  const numbered = numberLabels(given, classNames, name);
  return {
    names: { classNames: numbered.classNames },
    halves: numbered.labels.map((half) => ({ labels: half })),
  };
}

function takeTargets({ targets, testTargets, targetNames }: ArrayParts, count: number, name: string) {
  for (const [key, values] of Object.entries({ targets, testTargets })) {
    if (values === undefined || isNumbers(values) || isBigInts(values)) continue;
    throw new UserError(
      `${name}: ${key}: expected a list or a typed array of numbers, found ${describeValue(values)}.`,
    );
  }
  const each = Math.max(1, Math.floor(targets!.length / count));
  const given = testTargets === undefined ? [targets!] : [targets!, testTargets];
  return {
    names: { targetNames: targetNames ?? Array.from({ length: each }, (_, i) => `target ${i + 1}`) },
    halves: given.map((half) => ({ targets: shareFloats(half, name) })),
  };
}

function shareFloats(values: TargetArray, name: string): Float32Array {
  const floats = new Float32Array(allocateSharedBytes(4 * values.length, name).buffer);
  for (let i = 0; i < floats.length; i++) {
    const value: unknown = values[i];
    // What else is no number is told with the rest that is not finite.
    floats[i] = typeof value === 'bigint' ? Number(value) : typeof value === 'number' ? value : Number.NaN;
  }
  return floats;
}
