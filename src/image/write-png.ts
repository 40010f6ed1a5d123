import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { UserError } from '../core/errors.js';
import type { Image } from './image.js';

/**
 * Writes a picture as a PNG file, whole or not at all; makes its folder.
 *
 * @throws UserError if it cannot be written there
 */
export async function writePng(file: string, image: Image): Promise<void> {
  const { height, width, channels, pixels } = image;
  const draft = `${file}.${process.pid}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await sharp(pixels, { raw: { height, width, channels } })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .png()
      .toFile(draft);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw new UserError(`${file}: cannot write a PNG there: ${(error as Error).message}.`);
  }
}
