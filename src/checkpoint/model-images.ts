import { UserError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { PixelImage, Pixels } from '../dataset/pixel-values.js';
import { findFormat } from '../image/format.js';
import { decodeImage, type Picture, type PictureReading, readImage } from '../image/read-image.js';

/** A picture for a network: a file's path; the bytes of a PNG, JPEG or WebP file; or pixels in the input's own size, with or without their shape. */
export type ModelImage = string | Uint8Array | PixelImage | Pixels;

/** A picture as a file has it. */
export type EncodedImage = string | Uint8Array;

/**
 * Whether a picture is to be decoded, or its bytes are pixels.
 *
 * @param where names the picture in messages
 * @throws UserError for bytes that are neither
 */
export function isEncoded(image: ModelImage, input: Shape, where: string): image is EncodedImage {
  if (typeof image === 'string') return true;
  if (!(image instanceof Uint8Array)) return false;
  if (findFormat(image) !== null) return true;
  if (image.length === sizeOf(input)) return false;
  throw new UserError(
    `${where}: expected the bytes of a PNG, JPEG or WebP picture, or ${formatShape(input)} pixels, found ${image.length} others. ` +
      'Convert it to one of these.',
  );
}

/**
 * Decodes a picture as a network takes it: scaled to its input, grey or coloured.
 *
 * @param reading how it is scaled, and what is behind its transparent parts
 * @param where names bytes in messages; a file names itself
 * @throws UserError if it is no picture, or the network is not for pictures
 */
export async function decodeFor(
  { height, width, channels }: Shape,
  image: EncodedImage,
  reading: PictureReading,
  where: string,
): Promise<Picture> {
  if (channels !== 1 && channels !== 3) {
    throw new UserError(
      `${where}: expected a network for grey or coloured pictures, found one for ${channels} channels. Take images of a data set, or give arrays of pixels to the API.`,
    );
  }
  const options = { ...reading, size: [height, width], channels } as const;
  return typeof image === 'string' ? readImage(image, options) : decodeImage(image, options, where);
}
