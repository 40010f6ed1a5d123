import { writeWholeFile } from '../core/write-whole-file.js';
import type { Image } from './image.js';
import { loadSharp } from './load-sharp.js';

/**
 * Writes a picture as a PNG file, whole or not at all; makes its folder.
 *
 * @throws UserError if it cannot be written there
 */
export async function writePng(file: string, image: Image): Promise<void> {
  const { height, width, channels, pixels } = image;
  const sharp = await loadSharp();
  const bytes = await sharp(pixels, { raw: { height, width, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
  await writeWholeFile(file, [bytes]);
}
