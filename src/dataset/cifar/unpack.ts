import { pipeline, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { UserError } from '../../core/errors.js';
import { type OpenFile, openRegularFile } from '../../core/regular-file.js';
import { explainGzipError, MOST_UNPACKED_EXTRA_BYTES } from '../gzip.js';
import { explainReadError } from '../read-errors.js';
import { type CifarLayout, explainOtherVersion, listFiles } from './layout.js';
import { recordBytesOf } from './records.js';

const MAX_TEXT_BYTES = 10_000;
/** For headers and padding. */
const ROOM_BYTES = 2 ** 20;
/** Headers, padding, and what lies unpacked before it is taken. An archive of headers alone would fill the memory with them. */
const MOST_BESIDE_FILES_BYTES = 2 * 2 ** 20;
const CHUNK_BYTES = 2 ** 18;

/**
 * Unpacks a binary version from a .tar.gz file into memory: what is expected and nothing else, so that an archive made to do harm
 * can do none.
 *
 * @returns the content of each of its files, by name
 * @throws UserError if it cannot be read, is no such archive, is truncated or corrupt, has other entries than the published one, or lacks some
 */
export async function unpackCifar(
  layout: CifarLayout,
  path: string,
  signal: AbortSignal,
): Promise<Map<string, Buffer>> {
  const file = await openRegularFile(path, 'a .tar.gz archive');
  const unpacking: Unpacking = { layout, path, signal, files: new Map(), unpackedBytes: 0, takenBytes: 0 };
  try {
    const chunks = Readable.toWeb(Readable.from(gunzip(file, unpacking))) as ReadableStream<Uint8Array>;
    for await (const entry of chunks.pipeThrough(createTarDecoder({ strict: true }) as never)) {
      await takeEntry(entry as ParsedTarEntry, unpacking);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw explainArchiveError(error, path);
  } finally {
    await file.handle.close();
  }
  const { files } = unpacking;
  const names = listFiles(layout);
  const missing = names.filter((name) => !files.has(name));
  if (missing.length === 0) return files;
  throw new UserError(
    `${path}: expected an archive with ${names.length} files in ${layout.folder}/, found no ${missing.join(', ')}. Take the published ${layout.archive}.`,
  );
}

/** All that an archive can unpack to. Keeps a gzip bomb from running on. */
function measureUnpacked(layout: CifarLayout): number {
  return listFiles(layout).length * layout.mostRecords * recordBytesOf(layout) + ROOM_BYTES;
}

/** How far an archive has been unpacked. */
interface Unpacking {
  readonly layout: CifarLayout;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly files: Map<string, Buffer>;
  /** That came out of gzip. */
  unpackedBytes: number;
  /** Of the files inside. */
  takenBytes: number;
}

async function* gunzip({ handle, sizeBytes }: OpenFile, unpacking: Unpacking): AsyncGenerator<Uint8Array> {
  const { path, signal, layout } = unpacking;
  const mostBytes = Math.min(measureUnpacked(layout), sizeBytes + MOST_UNPACKED_EXTRA_BYTES);
  const chunks = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES, signal });
  // The callback has nothing to do: whoever reads the last stream sees the error of any.
  const unzipped = pipeline(chunks, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  for await (const chunk of unzipped) {
    unpacking.unpackedBytes += chunk.length;
    if (unpacking.unpackedBytes > mostBytes) {
      throw new UserError(
        `${path}: expected at most ${mostBytes} bytes when unpacked, found more. It is not the published archive: get that.`,
      );
    }
    if (unpacking.unpackedBytes - unpacking.takenBytes > MOST_BESIDE_FILES_BYTES) {
      throw new UserError(
        `${path}: expected at most ${MOST_BESIDE_FILES_BYTES} bytes beside its files when unpacked, found more. It is not the published archive: get that.`,
      );
    }
    yield chunk;
  }
}

async function takeEntry({ header, body }: ParsedTarEntry, unpacking: Unpacking): Promise<void> {
  const { path, files, layout } = unpacking;
  const name = header.name.replace(/^\.\//, '');
  const { type = 'file', size } = header;
  const shown = JSON.stringify(name.slice(0, 100));
  const folder = `${layout.folder}/`;
  if (type === 'directory' && name === folder) return;
  const short = name.slice(folder.length);
  const known = name.startsWith(folder) && [...listFiles(layout), ...layout.otherFiles].includes(short);
  if (!known || type !== 'file') {
    throw new UserError(
      `${path}: expected nothing but the files of the published archive, found a ${type} ${shown}. ${explainOtherVersion(layout, name) ?? 'It is not that archive: get it.'}`,
    );
  }
  const mostBytes = short.endsWith('.bin') ? layout.mostRecords * recordBytesOf(layout) : MAX_TEXT_BYTES;
  if (size > mostBytes) {
    throw new UserError(
      `${path}: expected at most ${mostBytes} bytes in ${shown}, found ${size}. It is not the published archive: get that.`,
    );
  }
  if (files.has(short)) {
    throw new UserError(
      `${path}: expected each file once, found ${shown} twice. It is not the published archive: get that.`,
    );
  }
  const content = await readBody(body, size, unpacking);
  if (!layout.otherFiles.includes(short)) files.set(short, content);
}

async function readBody(
  body: ParsedTarEntry['body'],
  sizeBytes: number,
  unpacking: Unpacking,
): Promise<Buffer> {
  const content = Buffer.allocUnsafe(sizeBytes);
  let offset = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    content.set(chunk, offset);
    offset += chunk.length;
    unpacking.takenBytes += chunk.length;
  }
  if (offset !== sizeBytes) throw new Error('Tar archive is truncated.');
  return content;
}

/** What went wrong, as the user's mistake if it is one. */
function explainArchiveError(error: unknown, path: string): unknown {
  if (error instanceof UserError) return error;
  // Web streams of Node.js 22 and later put zlib's error inside a TypeError without a message.
  const origin = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  const { code, message } = origin as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR' || /truncated/i.test(message)) {
    return new UserError(`${path}: expected a whole .tar.gz, found that it ends early. Get it again.`);
  }
  const gzipError = explainGzipError(origin, path);
  if (gzipError) return gzipError;
  // The decoder of tar has plain errors, without codes.
  if (code === undefined && Object.getPrototypeOf(origin) === Error.prototype) {
    return new UserError(
      `${path}: expected a tar archive inside, found: ${message.replace(/\.$/, '')}. Get it again.`,
    );
  }
  return explainReadError(error, path);
}
