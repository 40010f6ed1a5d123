import { promisify } from 'node:util';
import { type Entry, type Options, open, type ZipFile } from 'yauzl';
import { computeCrc32 } from '../../core/crc32.js';
import { UserError } from '../../core/errors.js';
import { MOST_UNPACKED_EXTRA_BYTES } from '../../dataset/gzip.js';
import { allocateSharedBytes } from '../../dataset/shared-bytes.js';
import { type NumericArray, parseNpy } from './npy.js';

/** What every zip archive with something in it begins with. */
export const ZIP_MAGIC = 'PK\x03\x04';
/** More arrays than a data set has. */
const MAX_ENTRIES = 1000;

/**
 * Reads arrays out of an archive of NumPy's: a zip file with an NPY file for each.
 *
 * @param wanted tells of an array's name whether it is to be read
 * @returns those that are, and the names of the others
 * @throws UserError if it is no such archive, broken, or unpacks to more than its own size and 48 MiB
 */
export async function readNpz(
  path: string,
  wanted: (name: string) => boolean,
): Promise<{ readonly arrays: ReadonlyMap<string, NumericArray>; readonly others: readonly string[] }> {
  const arrays = new Map<string, NumericArray>();
  const others: string[] = [];
  let zip: ZipFile | null = null;
  try {
    zip = await promisify<string, Options, ZipFile>(open)(path, { lazyEntries: true, autoClose: false });
    if (zip.entryCount > MAX_ENTRIES) throw new Error(`${zip.entryCount} files in it`);
    let room = zip.fileSize + MOST_UNPACKED_EXTRA_BYTES;
    for (let entry = await nextEntry(zip); entry !== null; entry = await nextEntry(zip)) {
      const name = entry.fileName.replace(/\.npy$/, '');
      if (name === entry.fileName || !wanted(name)) others.push(entry.fileName);
      else {
        room -= entry.uncompressedSize;
        if (room < 0) {
          throw new UserError(
            `${path}: expected an archive that unpacks to its own size and ${MOST_UNPACKED_EXTRA_BYTES} bytes at most, found more. If it is to be trusted, unzip it and give the folder.`,
          );
        }
        arrays.set(name, parseNpy(await unpack(zip, entry), `${path}: ${name}`));
      }
    }
    return { arrays, others };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path}: expected an archive of NumPy's arrays (NPZ), found a broken one: ${(error as Error).message}. Save it again.`,
    );
  } finally {
    zip?.close();
  }
}

/** Null behind the last one. */
function nextEntry(zip: ZipFile): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void) => () => {
      zip.removeAllListeners();
      done();
    };
    zip.once('entry', (entry: Entry) => settle(() => resolve(entry))());
    zip.once(
      'end',
      settle(() => resolve(null)),
    );
    zip.once('error', (error) => settle(() => reject(error))());
    zip.readEntry();
  });
}

/** yauzl holds the sizes to what the archive says of them, and leaves the checksum to whoever reads. */
async function unpack(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const stream = await promisify(zip.openReadStream.bind(zip) as OpenEntry)(entry);
  const bytes = allocateSharedBytes(entry.uncompressedSize, entry.fileName);
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes.set(chunk, length);
    length += chunk.length;
  }
  if (computeCrc32(bytes) !== entry.crc32)
    throw new Error(`${entry.fileName} has another checksum than it should`);
  return bytes;
}

type OpenEntry = (
  entry: Entry,
  callback: (error: Error | null, stream: NodeJS.ReadableStream) => void,
) => void;
