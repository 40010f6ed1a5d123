import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { mapSome } from '../../core/map-some.js';
import { openRegularFile, readBytes } from '../../core/regular-file.js';
import { allocateSharedBytes } from '../../dataset/shared-bytes.js';
import { loadSharp } from '../../image/load-sharp.js';
import type { ReadOptions } from '../../image/read-image.js';
import type { Header } from '../../safetensors/header.js';
import { readSafetensors } from '../../safetensors/read.js';
import { writeSafetensors } from '../../safetensors/write.js';
import type { DecodedPictures } from './decode-pictures.js';

/*
 * Pixels that have been decoded once, each set in a file of its own whose name is the hash of all that they come from. A file is whole or not there,
 * and has a checksum, so that any of them may be removed at any time.
 */

/** Goes up whenever pixels come out otherwise. */
const CACHE_VERSION = 1;
const FILES_AT_ONCE = 16;

/** Where they lie: CONVOY_CACHE, or the user's folder for such things. */
export function findCacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.CONVOY_CACHE) return env.CONVOY_CACHE;
  const { XDG_CACHE_HOME: xdg } = env;
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'convoy', 'pictures');
}

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
  const key = await hashPictures(files, options);
  // Some cannot even be read; who decodes them tells which.
  if (key === null) return decode();
  const file = join(findCacheFolder(), `${key}.safetensors`);
  const kept = await readKept(file, files.length);
  if (kept !== null) return kept;
  const decoded = await decode();
  const { shape, pixels, transparent } = decoded;
  const dimensions = [files.length, shape.height, shape.width, shape.channels];
  await writeSafetensors(file, {
    metadata: { transparent: String(transparent) },
    tensors: new Map([['pixels', { shape: dimensions, values: pixels }]]),
  }).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    tell(`decoded pictures are not kept for the next time: ${error.message}`);
  });
  return decoded;
}

/** Over what pixels come from: the files, how they are read, and by which decoders. Null if a file cannot be read. */
async function hashPictures(files: readonly string[], options: ReadOptions): Promise<string | null> {
  const { versions } = await loadSharp();
  try {
    const hashes = await mapSome(files, FILES_AT_ONCE, async (file) => {
      const open = await openRegularFile(file, 'a picture');
      try {
        return createHash('sha256')
          .update(await readBytes(open, file))
          .digest('hex');
      } finally {
        await open.handle.close();
      }
    });
    const how = { version: CACHE_VERSION, decoders: versions, options };
    return createHash('sha256')
      .update(JSON.stringify([how, hashes]))
      .digest('hex');
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Null if it is not there, or not as it was written. */
async function readKept(file: string, count: number): Promise<DecodedPictures | null> {
  let dimensions: readonly number[] = [];
  const accept = ({ tensors }: Header) => {
    const pixels = tensors.get('pixels');
    if (tensors.size !== 1 || pixels?.dtype !== 'U8' || pixels.shape.length !== 4) throw wrong(file);
    if (pixels.shape[0] !== count) throw wrong(file);
    dimensions = pixels.shape;
  };
  const place = () =>
    allocateSharedBytes(
      dimensions.reduce((product, side) => product * side, 1),
      file,
    );
  try {
    const { tensors, metadata, checksum } = await readSafetensors(file, accept, place);
    if (checksum !== 'right') return null;
    const [, height, width, channels] = dimensions as [number, number, number, number];
    return {
      shape: { height, width, channels },
      pixels: tensors.get('pixels')!.values as Uint8Array,
      transparent: Number(metadata.transparent),
    };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function wrong(file: string): UserError {
  return new UserError(`${file}: expected pixels, found other tensors.`);
}
