import { type Shape, sizeOf } from '../core/shape.js';
import type { Image } from './image.js';

/**
 * What can be seen of an image of any number of channels: of one it is grey, of three coloured; of other numbers the first alone is shown.
 *
 * @param pixels h×w×c bytes
 */
export function showPixels(pixels: Uint8Array, shape: Shape): Image {
  const { height, width, channels } = shape;
  if (channels === 1 || channels === 3) return { height, width, channels, pixels };
  const first = Uint8Array.from({ length: sizeOf(shape) / channels }, (_, i) => pixels[i * channels]!);
  return { height, width, channels: 1, pixels: first };
}

/** Says that not all is shown; empty where it is. */
export function describeShown({ channels }: Shape): string {
  return channels === 1 || channels === 3 ? '' : 'its first channel';
}
