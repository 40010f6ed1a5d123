import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

/** A picture of one colour, another one in a corner. */
export function drawPicture(
  colour: readonly [number, number, number],
  { height = 8, width = 8 } = {},
): Sharp {
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    return y < height / 4 && x < width / 4 ? 255 - colour[i % 3]! : colour[i % 3]!;
  });
  return sharp(pixels, { raw: { height, width, channels: 3 } });
}

/** Writes a picture in the format of its name's ending; its folder is made. */
export async function writePicture(folder: string, name: string, picture: Sharp): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await picture.toFile(path);
}

/** Writes pictures of some classes, `count` of each, all a little different. */
export async function writeClasses(folder: string, classes: readonly string[], count: number): Promise<void> {
  for (const [label, name] of classes.entries()) {
    for (let i = 0; i < count; i++) {
      await writePicture(folder, `${name}/${i}.png`, drawPicture([50 * label, 10 * i, 200]));
    }
  }
}
