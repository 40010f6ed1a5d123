import { UserError } from '../core/errors.js';
import { makeKey, RandomStream, shuffle } from '../core/rng.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { Dataset, LabelledImages } from './dataset.js';
import { allocateSharedBytes } from './shared-bytes.js';

/** How images without test images of their own are divided. */
export interface DivideOptions {
  /** So many of each class are taken for the test. Default: 0.2. */
  readonly testFraction?: number | undefined;
  /** Which they are is a pure function of it. Default: 0. */
  readonly splitSeed?: number | undefined;
}

const DEFAULT_FRACTION = 0.2;

/** Indices of images from 0, each half in ascending order. */
export interface Division {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Divides images into halves, each class by itself: of every class at least one image stays in the training half.
 *
 * @param classes 0 for images that have none
 * @throws UserError if there would be no test images
 */
export function divideLabels(
  labels: ArrayLike<number>,
  count: number,
  classes: number,
  { testFraction = DEFAULT_FRACTION, splitSeed = 0 }: DivideOptions,
  where: string,
): Division {
  const groups = Array.from({ length: Math.max(1, classes) }, (): number[] => []);
  for (let i = 0; i < count; i++) groups[classes === 0 ? 0 : labels[i]!]!.push(i);
  const isTest = new Uint8Array(count);
  groups.forEach((group, index) => {
    const order = Int32Array.from(group);
    shuffle(order, new RandomStream(makeKey(splitSeed, 'selection', index)));
    const tests = Math.min(Math.round(testFraction * order.length), order.length - 1);
    for (const sample of order.subarray(order.length - tests)) isTest[sample] = 1;
  });
  const samples = Int32Array.from({ length: count }, (_, i) => i);
  const [train, test] = [samples.filter((i) => !isTest[i]), samples.filter((i) => isTest[i])];
  if (test.length > 0) return { train, test };
  throw new UserError(
    `${where}: expected some test images, found none of ${count} with a testFraction of ${testFraction}. Raise it, or take more images.`,
  );
}

/**
 * The halves of a data set whose images are all in its training half; copied.
 *
 * @throws UserError if there would be no test images
 */
export function divideImages(
  { name, shape, classNames, train: all }: Dataset,
  options: DivideOptions,
): { readonly train: LabelledImages; readonly test: LabelledImages } {
  const { train, test } = divideLabels(all.labels, all.count, classNames.length, options, name);
  return { train: takeImages(all, train, shape, name), test: takeImages(all, test, shape, name) };
}

function takeImages(all: LabelledImages, samples: Int32Array, shape: Shape, name: string): LabelledImages {
  const count = samples.length;
  const take = <Values extends Uint8Array | Uint16Array | Float32Array>(values: Values, each: number) => {
    const Values = values.constructor as new (buffer: ArrayBufferLike) => Values;
    const taken = new Values(allocateSharedBytes(count * each * values.BYTES_PER_ELEMENT, name).buffer);
    samples.forEach((sample, i) => {
      taken.set(values.subarray(sample * each, (sample + 1) * each), i * each);
    });
    return taken;
  };
  const { pixels, labels, targets } = all;
  return {
    count,
    pixels: take(pixels, sizeOf(shape)),
    labels: labels.length > 0 ? take(labels, 1) : new Uint16Array(),
    ...(targets ? { targets: take(targets, targets.length / all.count) } : {}),
  };
}
