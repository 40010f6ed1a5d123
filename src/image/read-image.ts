import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import { UserError } from '../core/errors.js';
import type { Image } from './image.js';

/** The formats that are read; sharp knows more, some of which run programs of their own. */
const FORMATS = ['png', 'jpeg', 'webp'];
/** A picture of more pixels is a mistake, or made to fill the memory. */
const MAX_PIXELS = 100_000_000;

export interface ReadOptions {
  /** Height and width to scale to, cutting off what is over on the longer side. Default: as it is. */
  readonly size?: readonly [height: number, width: number];
  /** 1 makes it grey, 3 makes grey pictures coloured ones. Default: as it is. */
  readonly channels?: 1 | 3;
}

/**
 * Reads a PNG, JPEG or WebP file, upright, with transparent parts on white.
 *
 * @throws UserError if there is no such file, or it is no such picture, or broken, or has more than 100 million pixels
 */
export async function readImage(file: string, options: ReadOptions = {}): Promise<Image> {
  await checkFile(file);
  try {
    const input = sharp(file, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
    const { format, space } = await input.metadata();
    if (!FORMATS.includes(format)) throw new Error(`it is ${format}`);
    const grey =
      options.channels === undefined ? space === 'b-w' || space === 'grey16' : options.channels === 1;
    let picture = input
      .rotate()
      .flatten({ background: 'white' })
      .toColourspace(grey ? 'b-w' : 'srgb');
    if (options.size) picture = picture.resize(options.size[1], options.size[0], { fit: 'cover' });
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    return {
      height: info.height,
      width: info.width,
      channels: info.channels === 1 ? 1 : 3,
      pixels: new Uint8Array(data),
    };
  } catch (error) {
    const reason = (error as Error).message.split('\n', 1)[0]!.replace(/\.$/, '');
    throw new UserError(
      `${file}: expected a PNG, JPEG or WebP picture of at most ${MAX_PIXELS} pixels, found none: ${reason}.`,
    );
  }
}

async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found?.isFile()) return;
  throw new UserError(
    `${file}: expected a picture, found ${found ? 'no file' : 'nothing there'}. Check the path.`,
  );
}
