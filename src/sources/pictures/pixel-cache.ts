import { loadSharp } from '../../image/load-sharp.js';
import type { ReadOptions } from '../../image/read-image.js';
import { cacheDecoded } from '../decoded-cache.js';
import type { DecodedPictures } from './decode-pictures.js';

/** Goes up whenever pixels come out otherwise. */
const CACHE_VERSION = 1;

/**
 * The pixels of some files: from the cache if they are there, or else decoded and put there.
 *
 * @param tell hears that they could not be kept
 */
export async function cachePictures(
  files: readonly string[],
  options: ReadOptions,
  decode: () => Promise<DecodedPictures>,
  tell: (line: string) => void,
): Promise<DecodedPictures> {
  const { versions } = await loadSharp();
  return cacheDecoded<DecodedPictures>(
    {
      title: 'decoded pictures',
      files,
      how: { version: CACHE_VERSION, decoders: versions, options },
      decode,
      pack: ({ shape: { height, width, channels }, pixels, transparent }) => ({
        metadata: { transparent: String(transparent) },
        tensors: new Map([['pixels', { shape: [files.length, height, width, channels], values: pixels }]]),
      }),
      unpack: ({ tensors, metadata }) => {
        const pixels = tensors.get('pixels');
        if (!(pixels?.values instanceof Uint8Array)) return null;
        const [count, height, width, channels] = pixels.shape;
        if (count !== files.length || !height || !width || !channels) return null;
        const transparent = Number(metadata.transparent);
        return { shape: { height, width, channels }, pixels: pixels.values, transparent };
      },
    },
    tell,
  );
}
