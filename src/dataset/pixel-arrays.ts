import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import { isNumbers, type PixelImage, type PixelRange, toByte } from './pixel-values.js';
import { allocateSharedBytes } from './shared-bytes.js';

/** Images one after another, or a list of them. */
export type PixelArrays =
  | Uint8Array
  | Uint8ClampedArray
  | Float32Array
  | Float64Array
  | readonly number[]
  | readonly PixelImage[];

/** How arrays are to be understood. */
export interface PixelFormat {
  /** Height, width and channels of an image. Not needed for a list of images, which tell it. */
  readonly shape?: readonly [height: number, width: number, channels: number] | Shape;
  /** What stands for white. Default: 1 for Float32Array and Float64Array, 255 for others. */
  readonly range?: PixelRange;
  /** In which order an image's numbers stand: channels last, or first, as in PyTorch. Default: `nhwc`. */
  readonly layout?: 'nhwc' | 'nchw';
}

/** Images as a data set has them. */
export interface SharedPixels {
  readonly count: number;
  readonly shape: Shape;
  /** n×h×w×c, over a SharedArrayBuffer. */
  readonly pixels: Uint8Array;
}

/**
 * Images as bytes, n×h×w×c, in shared memory. Bytes that lie there already in that order are taken as they are; numbers between two bytes are rounded.
 *
 * @param expected that they must have
 * @throws UserError if the numbers are not whole images, or one is outside the range
 */
export function sharePixels(
  images: PixelArrays,
  format: PixelFormat,
  where: string,
  expected?: Shape,
): SharedPixels {
  if (isImageList(images)) return shareList(images, format, where, expected);
  if (!isNumbers(images)) {
    throw new UserError(
      `${where}: expected a typed array of pixels, or a list of { height, width, channels, pixels }, found ${describeValue(images)}.`,
    );
  }
  const shape = readShape(format, where);
  const count = images.length / sizeOf(shape);
  if (!Number.isInteger(count) || count < 1) {
    throw new UserError(
      `${where}: expected whole images of ${formatShape(shape)}, ${sizeOf(shape)} numbers each, found ${images.length} numbers. Correct the shape.`,
    );
  }
  const isShared = images instanceof Uint8Array && images.buffer instanceof SharedArrayBuffer;
  if (isShared && format.layout !== 'nchw' && format.range !== 1) return { count, shape, pixels: images };
  const pixels = allocateSharedBytes(images.length, where);
  const { range = rangeOf(images), layout = 'nhwc' } = format;
  writePixels(images, pixels, { range, layout, shape }, where);
  return { count, shape, pixels };
}

function isImageList(images: unknown): images is readonly PixelImage[] {
  return Array.isArray(images) && typeof images[0] === 'object' && images[0] !== null;
}

function shareList(
  images: readonly PixelImage[],
  format: PixelFormat,
  where: string,
  expected?: Shape,
): SharedPixels {
  const shape = expected ?? (format.shape ? readShape(format, where) : images[0]!);
  const size = checkShape(shape, where);
  const pixels = allocateSharedBytes(images.length * size, where);
  images.forEach((image, i) => {
    const here = `${where}[${i}]`;
    const found: unknown = image?.pixels;
    if (!isNumbers(found)) {
      throw new UserError(
        `${here}: expected { height, width, channels, pixels }, found ${describeValue(image)}.`,
      );
    }
    if (formatShape(image) !== formatShape(shape) || found.length !== size) {
      throw new UserError(
        `${here}: expected ${formatShape(shape)} pixels, found ${formatShape(image)} in ${found.length} numbers. Scale it.`,
      );
    }
    const { range = rangeOf(found), layout = 'nhwc' } = format;
    writePixels(found, pixels.subarray(i * size, (i + 1) * size), { range, layout, shape }, here);
  });
  const { height, width, channels } = shape;
  return { count: images.length, shape: { height, width, channels }, pixels };
}

function readShape({ shape }: PixelFormat, where: string): Shape {
  if (shape === undefined) {
    throw new UserError(
      `${where}: expected a shape, found none. Give the images' height, width and channels: shape: [28, 28, 1].`,
    );
  }
  const [height, width, channels] = Array.isArray(shape)
    ? shape
    : [(shape as Shape).height, (shape as Shape).width, (shape as Shape).channels];
  const read = { height, width, channels };
  checkShape(read, where);
  return read;
}

/** @returns numbers of an image */
function checkShape(shape: Shape, where: string): number {
  const sides = [shape.height, shape.width, shape.channels];
  if (sides.every((side) => Number.isSafeInteger(side) && side >= 1)) return sizeOf(shape);
  throw new UserError(
    `${where}: expected a shape of height, width and channels from 1 up, found ${describeValue(sides)}.`,
  );
}

/** Floats are 0 to 1, as most programs have them. */
function rangeOf(images: ArrayLike<number>): PixelRange {
  return images instanceof Float32Array || images instanceof Float64Array ? 1 : 255;
}

function writePixels(
  from: ArrayLike<number>,
  to: Uint8Array,
  { range, layout, shape }: { range: PixelRange; layout: 'nhwc' | 'nchw'; shape: Shape },
  where: string,
): void {
  const { channels } = shape;
  const plane = shape.height * shape.width;
  for (let i = 0; i < to.length; i++) {
    const byte = toByte(from[i], range);
    if (byte === null) throw explainRange(from[i], range, i, where);
    to[layout === 'nhwc' ? i : movePlanes(i, plane, channels)] = byte;
  }
}

/** Where a number of images of c×h×w belongs in those of h×w×c. */
function movePlanes(i: number, plane: number, channels: number): number {
  const image = Math.floor(i / (plane * channels));
  const within = i - image * plane * channels;
  const channel = Math.floor(within / plane);
  return (image * plane + (within - channel * plane)) * channels + channel;
}

function explainRange(value: unknown, range: PixelRange, i: number, where: string): UserError {
  const advice =
    range === 1 ? 'Give range: 255 for numbers from 0 to 255.' : 'Give range: 1 for numbers from 0 to 1.';
  return new UserError(
    `${where}: expected numbers from 0 to ${range}, found ${describeValue(value)} at place ${i + 1}. ${advice}`,
  );
}
