import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { UserError } from '../../core/errors.js';
import { explainReadError } from '../read-errors.js';
import { CIFAR10_INNER_FOLDER, CIFAR10_NAMES } from './files.js';
import { CIFAR10_RECORD_BYTES } from './records.js';

const FOLDER = `${CIFAR10_INNER_FOLDER}/`;
/** In the published archive too; not read. */
const SKIPPED = ['readme.html'];
/** Images in a file, as published. */
const MAX_RECORDS = 10_000;
const MAX_TEXT_BYTES = 10_000;
/** All that the archive can unpack to: its files, and some room for headers and padding. Keeps a gzip bomb from running on. */
const MAX_UNPACKED_BYTES = CIFAR10_NAMES.length * MAX_RECORDS * CIFAR10_RECORD_BYTES + 2 ** 20;
const CHUNK_BYTES = 2 ** 18;

/**
 * Unpacks CIFAR-10's binary version from a .tar.gz file into memory: what is expected and nothing else, so that an archive made to do harm
 * can do none.
 *
 * @returns the content of each of its files, by name
 * @throws UserError if it cannot be read, is no such archive, is truncated or corrupt, has other entries than the published one, or lacks some
 */
export async function unpackCifar10(path: string, signal: AbortSignal): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  try {
    const entries = Readable.toWeb(Readable.from(gunzip(path, signal))) as ReadableStream<Uint8Array>;
    for await (const entry of entries.pipeThrough(createTarDecoder({ strict: true }) as never)) {
      await takeEntry(entry as ParsedTarEntry, files, path);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw explainArchiveError(error, path);
  }
  const missing = CIFAR10_NAMES.filter((name) => !files.has(name));
  if (missing.length === 0) return files;
  throw new UserError(
    `${path}: expected an archive with ${CIFAR10_NAMES.length} files in ${FOLDER}, found no ${missing.join(', ')}. Take the published cifar-10-binary.tar.gz.`,
  );
}

async function* gunzip(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES, signal });
  // The callback has nothing to do: whoever reads the last stream sees the error of any.
  const unzipped = pipeline(chunks, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  let unpackedBytes = 0;
  for await (const chunk of unzipped) {
    unpackedBytes += chunk.length;
    if (unpackedBytes > MAX_UNPACKED_BYTES) {
      throw new UserError(
        `${path}: expected at most ${MAX_UNPACKED_BYTES} bytes when unpacked, found more. It is not the published archive: get that.`,
      );
    }
    yield chunk;
  }
}

async function takeEntry(
  { header, body }: ParsedTarEntry,
  files: Map<string, Buffer>,
  path: string,
): Promise<void> {
  const name = header.name.replace(/^\.\//, '');
  const { type = 'file', size } = header;
  const shown = JSON.stringify(name.slice(0, 100));
  if (type === 'directory' && name === FOLDER) return;
  const short = name.slice(FOLDER.length);
  const known = name.startsWith(FOLDER) && [...CIFAR10_NAMES, ...SKIPPED].includes(short);
  if (!known || type !== 'file') {
    throw new UserError(
      `${path}: expected nothing but the files of the published archive, found a ${type} ${shown}. It is not that archive: get it.`,
    );
  }
  const mostBytes = short.endsWith('.bin') ? MAX_RECORDS * CIFAR10_RECORD_BYTES : MAX_TEXT_BYTES;
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
  const content = await readBody(body, size);
  if (!SKIPPED.includes(short)) files.set(short, content);
}

async function readBody(body: ParsedTarEntry['body'], sizeBytes: number): Promise<Buffer> {
  const content = Buffer.allocUnsafe(sizeBytes);
  let offset = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    content.set(chunk, offset);
    offset += chunk.length;
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
  if (code?.startsWith('Z_')) {
    return new UserError(
      `${path}: expected gzipped data, found ${message}. The file is corrupt, or no .tar.gz: get it again.`,
    );
  }
  if (/tar/i.test(message)) {
    return new UserError(
      `${path}: expected a tar archive inside, found: ${message.replace(/\.$/, '')}. Get it again.`,
    );
  }
  return explainReadError(error, path);
}
