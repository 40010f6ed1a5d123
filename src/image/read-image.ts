import type { Metadata, Sharp } from 'sharp';
import { UserError } from '../core/errors.js';
import { checkMostBytes, openRegularFile, readBytes } from '../core/regular-file.js';
import {
  bytesPerPixel,
  findFormat,
  type PictureFormat,
  SIGNATURE_BYTES,
  storedBytesPerPixel,
} from './format.js';
import type { Image } from './image.js';
import { loadSharp } from './load-sharp.js';
import { dropTexts } from './png-chunks.js';

/** A larger file is no picture. */
const MAX_FILE_BYTES = 2 ** 28;
/** A picture that takes more than its file and this to read is a mistake, or made to fill the memory. */
const MOST_EXTRA_BYTES = 48 * 2 ** 20;
/** Of the pixels as they are stored: decoding more takes seconds. */
const MAX_DECODED_BYTES = 192 * 2 ** 20;

/** Pixels are laid on the background, and decoded once more for their alpha. */
const ALPHA_COST = 3;
const OPAQUE = 255;

const EXPECTED = 'a PNG, JPEG or WebP picture';

/** What shows through the transparent parts of a picture. */
export const BACKGROUNDS = ['white', 'black'] as const;
export type Background = (typeof BACKGROUNDS)[number];

/** How a picture of another form is brought to a size: cut on its longer side, with a border, or stretched. */
export const FITS = ['cover', 'contain', 'fill'] as const;
export type Fit = (typeof FITS)[number];

export interface ReadOptions {
  /** Height and width to scale to. Default: as it is. */
  readonly size?: readonly [height: number, width: number];
  /** How. Default: `cover`, which cuts off what is over on the longer side. */
  readonly fit?: Fit;
  /** 1 makes it grey, 3 makes grey pictures coloured ones. Default: as it is. */
  readonly channels?: 1 | 3;
  /** Behind transparent parts. Default: white. */
  readonly background?: Background;
}

/** What of it a data set of pictures and the pictures that are later predicted have in common. */
export type PictureReading = Pick<ReadOptions, 'fit' | 'background'>;

/** A picture from a file. */
export interface Picture extends Image {
  /** Whether the background shows through some of it. */
  readonly transparent: boolean;
}

/**
 * Reads a PNG, JPEG or WebP file, upright.
 *
 * @throws UserError if there is no such file, or it is no such picture, or broken, or takes more than its own size and 48 MiB of memory to read
 */
export async function readImage(file: string, options: ReadOptions = {}): Promise<Picture> {
  return decodePicture(await readPicture(file), options, file);
}

/**
 * The same of a file's bytes, which are left as they are.
 *
 * @param where names the picture in messages
 * @throws UserError as `readImage` does
 */
export async function decodeImage(bytes: Uint8Array, options: ReadOptions, where: string): Promise<Picture> {
  const format = findFormat(bytes);
  if (format === null) {
    throw new UserError(`${where}: expected ${EXPECTED}, found ${bytes.length} other bytes. Convert it.`);
  }
  checkMostBytes(bytes.length, MAX_FILE_BYTES, where, EXPECTED);
  return decodePicture(cutPicture(format, Buffer.from(bytes)), options, where);
}

async function decodePicture(
  { format, fileBytes, bytes }: PictureBytes,
  options: ReadOptions,
  where: string,
): Promise<Picture> {
  const sharp = await loadSharp();
  try {
    const input = sharp(bytes, { limitInputPixels: false, failOn: 'error' });
    const metadata = await input.metadata();
    checkSize(format, metadata, fileBytes, options.size === undefined, where);
    return {
      ...(await decode(input, metadata, options)),
      transparent: metadata.hasAlpha && (await isTransparent(bytes, options)),
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${where}: expected ${EXPECTED}, found a broken ${format}${explain(error as Error)}. Save or copy it again.`,
    );
  }
}

/** The decoder has one place for what it says of all pictures that are read at once, and it may be empty by then. */
function explain({ message }: Error): string {
  const reason = message.split('\n', 1)[0]!.replace(/\.$/, '');
  return reason === 'Unknown error' ? '' : `: ${reason}`;
}

/** A file that begins as a picture does. */
interface PictureBytes {
  readonly format: PictureFormat;
  readonly fileBytes: number;
  /** All that is to be decoded. */
  readonly bytes: Buffer;
}

async function readPicture(file: string): Promise<PictureBytes> {
  const open = await openRegularFile(file, 'a picture');
  try {
    const format = findFormat(await readBytes(open, file, SIGNATURE_BYTES));
    if (format === null) {
      throw new UserError(
        `${file}: expected ${EXPECTED}, found another kind of file. Convert it, or check the path.`,
      );
    }
    checkMostBytes(open.sizeBytes, MAX_FILE_BYTES, file, EXPECTED);
    return cutPicture(format, await readBytes(open, file));
  } finally {
    await open.handle.close();
  }
}

/** @param bytes overwritten */
function cutPicture(format: PictureFormat, bytes: Buffer): PictureBytes {
  return { format, fileBytes: bytes.length, bytes: format === 'png' ? dropTexts(bytes) : bytes };
}

/** Before anything is decoded. */
function checkSize(
  format: PictureFormat,
  metadata: Metadata,
  fileBytes: number,
  whole: boolean,
  file: string,
): void {
  const { height, width, hasAlpha } = metadata;
  const most = Math.min(
    (fileBytes + MOST_EXTRA_BYTES) / bytesPerPixel(format, metadata, whole),
    MAX_DECODED_BYTES / (storedBytesPerPixel(metadata) * (hasAlpha ? ALPHA_COST : 1)),
  );
  if (height * width <= most) return;
  throw new UserError(
    `${file}: expected at most ${Math.floor(most)} pixels of a ${format} like this, found ${height}×${width}. Scale it down.`,
  );
}

async function decode(
  input: Sharp,
  { space }: Metadata,
  { size, fit, channels, background = 'white' }: ReadOptions,
): Promise<Image> {
  const grey = channels === undefined ? space === 'b-w' || space === 'grey16' : channels === 1;
  const picture = input
    .rotate()
    .flatten({ background })
    .toColourspace(grey ? 'b-w' : 'srgb');
  const { data, info } = await scale(picture, size, fit, background)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    height: info.height,
    width: info.width,
    channels: info.channels === 1 ? 1 : 3,
    pixels: new Uint8Array(data.buffer, data.byteOffset, data.length),
  };
}

/** Apart from the pixels, which have the background in them already. */
async function isTransparent(bytes: Buffer, { size, fit }: ReadOptions): Promise<boolean> {
  const sharp = await loadSharp();
  const alpha = sharp(bytes, { limitInputPixels: false, failOn: 'error' }).rotate().extractChannel('alpha');
  return (await scale(alpha, size, fit, 'white').raw().toBuffer()).some((value) => value < OPAQUE);
}

/** @param background of the border that `contain` may need */
function scale(
  picture: Sharp,
  size: ReadOptions['size'],
  fit: Fit = 'cover',
  background: Background = 'white',
): Sharp {
  return size ? picture.resize(size[1], size[0], { fit, background }) : picture;
}
