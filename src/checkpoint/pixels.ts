import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import { isNumbers, type PixelImage, type PixelRange, type Pixels, toByte } from '../dataset/pixel-values.js';

interface PixelOptions {
  /** The network's own size. */
  readonly input: Shape;
  /** Of the numbers; null for bytes, or numbers that cannot be anything else. */
  readonly range: PixelRange | null;
  /** Names the picture in messages. */
  readonly where: string;
}

/**
 * The pixels of a picture in a network's own size, as bytes.
 *
 * @throws UserError if it is no such picture, or a number is outside the range
 */
export function readPixels(image: PixelImage | Pixels, { input, range, where }: PixelOptions): Uint8Array {
  const { pixels, shape } = unwrap(image);
  if (!isNumbers(pixels)) {
    throw new UserError(
      `${where}: expected a file's path, the bytes of one, { height, width, channels, pixels } or a list of numbers, ` +
        `found ${describeValue(image)}. Write it to a file, or decode it.`,
    );
  }
  if ((shape && formatShape(shape) !== formatShape(input)) || pixels.length !== sizeOf(input)) {
    const found = `${shape ? `${formatShape(shape)} in ` : ''}${pixels.length} numbers`;
    throw new UserError(
      `${where}: expected ${formatShape(input)} pixels, found ${found}. ` +
        'Scale it, or give a file or the bytes of one, which is scaled.',
    );
  }
  if (range !== 1 && pixels instanceof Uint8Array) return pixels;
  if (range !== 1 && pixels instanceof Uint8ClampedArray) return new Uint8Array(pixels);
  return convertNumbers(pixels, range, where);
}

/** A list of numbers has no shape but the network's. */
function unwrap(image: PixelImage | Pixels): { readonly pixels: unknown; readonly shape: Shape | null } {
  if (isNumbers(image)) return { pixels: image, shape: null };
  return { pixels: (image as PixelImage | null)?.pixels, shape: image as PixelImage };
}

function convertNumbers(pixels: Pixels, range: PixelRange | null, where: string): Uint8Array {
  const most = range ?? 255;
  const expected = most === 1 ? 'numbers from 0 to 1' : 'whole numbers from 0 to 255';
  const bytes = new Uint8Array(pixels.length);
  let greatest = 0;
  for (let i = 0; i < bytes.length; i++) {
    const pixel: unknown = pixels[i];
    const byte = toByte(pixel, most);
    if (byte === null || (most !== 1 && byte !== pixel)) {
      throw new UserError(
        `${where}: expected ${expected}, found ${describeValue(pixel)} at pixel ${i + 1}. ${adviseOn(most)}`,
      );
    }
    if (byte > greatest) greatest = byte;
    bytes[i] = byte;
  }
  if (range === null && greatest === 1) {
    throw new UserError(
      `${where}: expected ${expected}, found none above 1. Tell predict which they are: { range: 1 } or { range: 255 }.`,
    );
  }
  return bytes;
}

function adviseOn(range: PixelRange): string {
  return range === 1
    ? 'Leave range: 1 out for numbers from 0 to 255.'
    : 'For numbers from 0 to 1 tell predict so: { range: 1 }.';
}
