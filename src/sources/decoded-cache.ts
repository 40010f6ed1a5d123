import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../core/errors.js';
import { mapSome } from '../core/map-some.js';
import { openRegularFile } from '../core/regular-file.js';
import { removeStaleDrafts } from '../core/write-whole-file.js';
import { explainReadError } from '../dataset/read-errors.js';
import { allocateSharedBytes } from '../dataset/shared-bytes.js';
import type { SafetensorsFile } from '../safetensors/format.js';
import type { Header } from '../safetensors/header.js';
import { readSafetensors } from '../safetensors/read.js';
import { writeSafetensors } from '../safetensors/write.js';

/*
 * What has been decoded once, such as the pixels of pictures, each result in a file of its own whose name is the hash of all that it comes from. A
 * file is whole or not there, and has a checksum, so that any of them may be removed at any time.
 */

const FILES_AT_ONCE = 16;
/** Tables are longer than what is well held in memory besides what they are decoded to. */
const PIECE_BYTES = 2 ** 20;

/** Something that takes long to decode, and how it is kept. */
export interface Decoding<Result> {
  /** In messages: `decoded pictures`. */
  readonly title: string;
  /** That it comes from. */
  readonly files: readonly string[];
  /** What else decides on it, as plain data. */
  readonly how: Readonly<Record<string, unknown>>;
  decode(): Promise<Result>;
  pack(result: Result): SafetensorsFile;
  /** From what `pack` gave, its bytes over SharedArrayBuffers; null if it is something else. */
  unpack(content: SafetensorsFile): Result | null;
}

/** Where they lie: CONVOY_CACHE, or the user's folder for such things. */
export function findCacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.CONVOY_CACHE) return env.CONVOY_CACHE;
  const { XDG_CACHE_HOME: xdg } = env;
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'convoy', 'pictures');
}

/**
 * The result of a decoding: from the cache if it is there, or else decoded and put there.
 *
 * @param tell hears that it could not be kept
 */
export async function cacheDecoded<Result>(
  { title, files, how, decode, pack, unpack }: Decoding<Result>,
  tell: (line: string) => void,
): Promise<Result> {
  const key = await hashFiles(files, how);
  // Some cannot even be read; who decodes them tells which.
  if (key === null) return decode();
  const folder = findCacheFolder();
  await removeStaleDrafts(folder);
  const file = join(folder, `${key}.safetensors`);
  const kept = await readKept(file, unpack);
  if (kept !== null) return kept;
  const decoded = await decode();
  await writeSafetensors(file, pack(decoded)).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    tell(`${title} are not kept for the next time: ${error.message}`);
  });
  return decoded;
}

/** Over the files' contents and all else that decides on what they are decoded to. Null if a file cannot be read. */
async function hashFiles(files: readonly string[], how: object): Promise<string | null> {
  try {
    const hashes = await mapSome(files, FILES_AT_ONCE, hashFile);
    return createHash('sha256')
      .update(JSON.stringify([how, hashes]))
      .digest('hex');
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

async function hashFile(file: string): Promise<string> {
  const { handle, sizeBytes } = await openRegularFile(file, 'a file of data');
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, sizeBytes));
    for (let done = 0; done < sizeBytes; ) {
      const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, sizeBytes - done));
      if (bytesRead === 0) break;
      hash.update(piece.subarray(0, bytesRead));
      done += bytesRead;
    }
    return hash.digest('hex');
  } catch (error) {
    throw explainReadError(error, file);
  } finally {
    await handle.close();
  }
}

/** Null if it is not there, or not as it was written. */
async function readKept<Result>(file: string, unpack: Decoding<Result>['unpack']): Promise<Result | null> {
  let places: Header['tensors'] = new Map();
  const findPlace = (name: string) => {
    const { dtype, begin, end } = places.get(name)!;
    return dtype === 'U8' ? allocateSharedBytes(end - begin, file) : undefined;
  };
  try {
    const content = await readSafetensors(file, ({ tensors }) => (places = tensors), findPlace);
    return content.checksum === 'right' ? unpack(content) : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
