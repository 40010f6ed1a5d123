import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';

/** A picture in memory, as a program has it. */
export interface PixelImage extends Shape {
  /** h×w×c: bytes of 0 to 255, or numbers of 0 to the range that is told. */
  readonly pixels: ArrayLike<number>;
}

/** What stands for white: that of bytes, or 1. */
export type PixelRange = 1 | 255;

const WHITE = 255;

/**
 * The pixels of a picture in a network's own size, as bytes.
 *
 * @param range of the numbers; null for bytes, or numbers that cannot be anything else
 * @param where names the picture in messages
 * @throws UserError if it is no such picture, or a number is outside the range
 */
export function readPixels(
  image: PixelImage,
  {
    input,
    range,
    where,
  }: { readonly input: Shape; readonly range: PixelRange | null; readonly where: string },
): Uint8Array {
  const pixels: unknown = image?.pixels;
  if (!isNumbers(pixels)) {
    throw new UserError(
      `${where}: expected a file's path or { height, width, channels, pixels }, found ${describeValue(image)}. ` +
        'Write it to a file, or decode it.',
    );
  }
  if (formatShape(image) !== formatShape(input) || pixels.length !== sizeOf(input)) {
    throw new UserError(
      `${where}: expected ${formatShape(input)} pixels, found ${formatShape(image)} in ${pixels.length} numbers. ` +
        'Scale it, or give a file, which is scaled.',
    );
  }
  if (range !== 1 && pixels instanceof Uint8Array) return pixels;
  checkNumbers(pixels, range, where);
  return Uint8Array.from(pixels, (pixel) => (range === 1 ? Math.round(pixel * WHITE) : pixel));
}

function isNumbers(pixels: unknown): pixels is PixelImage['pixels'] {
  return Array.isArray(pixels) || (ArrayBuffer.isView(pixels) && !(pixels instanceof DataView));
}

function checkNumbers(pixels: PixelImage['pixels'], range: PixelRange | null, where: string): void {
  const most = range ?? WHITE;
  const isPixel = (pixel: unknown) =>
    typeof pixel === 'number' && pixel >= 0 && pixel <= most && (most === 1 || Number.isInteger(pixel));
  const numbers = Array.from(pixels);
  const wrong = numbers.findIndex((pixel) => !isPixel(pixel));
  const expected = most === 1 ? 'numbers from 0 to 1' : 'whole numbers from 0 to 255';
  if (wrong >= 0) {
    throw new UserError(
      `${where}: expected ${expected}, found ${describeValue(pixels[wrong])} at pixel ${wrong + 1}. ${adviseOn(most)}`,
    );
  }
  const greatest = numbers.reduce((a, b) => Math.max(a, b), 0);
  if (range === null && greatest === 1 && !(pixels instanceof Uint8ClampedArray)) {
    throw new UserError(
      `${where}: expected ${expected}, found none above 1. Tell predict which they are: { range: 1 } or { range: 255 }.`,
    );
  }
}

function adviseOn(range: PixelRange): string {
  return range === 1
    ? 'Leave range: 1 out for numbers from 0 to 255.'
    : 'For numbers from 0 to 1 tell predict so: { range: 1 }.';
}
