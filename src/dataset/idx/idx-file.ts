import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../core/errors.js';
import { startsWithGzip } from '../gzip.js';
import { explainReadError } from '../read-errors.js';
import { checkIdxSize, type IdxHeader, type IdxKind, idxHeaderBytes, parseIdxHeader } from './idx.js';

/** The header and the bytes of an IDX file, the latter over a SharedArrayBuffer. */
export interface IdxFile extends IdxHeader {
  readonly data: Uint8Array;
}

/** Large enough that the number of reads does not matter. */
const CHUNK_BYTES = 2 ** 20;

/**
 * Reads an IDX file, plain or gzipped: its content says which, whatever its name.
 *
 * @throws UserError if it cannot be read, is truncated or corrupt, or is no such file
 */
export async function readIdxFile(path: string, kind: IdxKind): Promise<IdxFile> {
  try {
    const file = await open(path);
    try {
      return await ((await startsWithGzip(file)) ? readZipped : readPlain)(file, kind, path);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainError(error, path);
  }
}

/** Reads straight into the shared memory. */
async function readPlain(file: FileHandle, kind: IdxKind, path: string): Promise<IdxFile> {
  const start = new Uint8Array(idxHeaderBytes(kind));
  const { bytesRead: startBytes } = await file.read(start, 0, start.length, 0);
  const header = parseIdxHeader(start.subarray(0, startBytes), kind, path);
  const { headerBytes, dataBytes } = header;
  checkIdxSize((await file.stat()).size, header, kind, path);
  const data = new Uint8Array(new SharedArrayBuffer(dataBytes));
  for (let done = 0; done < dataBytes; ) {
    const { bytesRead } = await file.read(data, done, dataBytes - done, headerBytes + done);
    // Nothing more, though the size said so: it is being written to.
    if (bytesRead === 0) checkIdxSize(headerBytes + done, header, kind, path);
    done += bytesRead;
  }
  return { ...header, data };
}

async function readZipped(file: FileHandle, kind: IdxKind, path: string): Promise<IdxFile> {
  const receiver = new IdxReceiver(kind, path);
  const chunks = file.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
  // The callback has nothing to do: whoever reads the last stream sees the error of any.
  const unzipped = pipeline(chunks, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  for await (const chunk of unzipped) receiver.receive(chunk);
  return receiver.finish();
}

/**
 * Puts a file together from its unpacked chunks. It takes no more than the header says, so that a small file that unpacks to a huge
 * one cannot fill the memory.
 */
class IdxReceiver {
  readonly #kind: IdxKind;
  readonly #path: string;
  #start = new Uint8Array(0);
  #file: IdxFile | null = null;
  #receivedBytes = 0;

  constructor(kind: IdxKind, path: string) {
    this.#kind = kind;
    this.#path = path;
  }

  receive(chunk: Uint8Array): void {
    if (this.#file) {
      this.#append(this.#file, chunk);
      return;
    }
    this.#start = Buffer.concat([this.#start, chunk]);
    if (this.#start.length >= idxHeaderBytes(this.#kind)) this.#begin();
  }

  #begin(): IdxFile {
    const header = parseIdxHeader(this.#start, this.#kind, this.#path);
    this.#file = { ...header, data: new Uint8Array(new SharedArrayBuffer(header.dataBytes)) };
    this.#append(this.#file, this.#start.subarray(header.headerBytes));
    return this.#file;
  }

  #append(file: IdxFile, bytes: Uint8Array): void {
    const offset = this.#receivedBytes;
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes > file.dataBytes) this.#checkSize(file);
    file.data.set(bytes, offset);
  }

  /** The whole file. Throws if it ended too early, even within the header. */
  finish(): IdxFile {
    const file = this.#file ?? this.#begin();
    this.#checkSize(file);
    return file;
  }

  #checkSize(file: IdxFile): void {
    checkIdxSize(file.headerBytes + this.#receivedBytes, file, this.#kind, this.#path);
  }
}

/** What went wrong, as the user's mistake if it is one. */
function explainError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return new UserError(
      `${path}: expected gzipped data, found that it ends early. The file is truncated: get it again.`,
    );
  }
  if (code?.startsWith('Z_')) {
    return new UserError(
      `${path}: expected gzipped data, found ${message}. The file is corrupt: get it again.`,
    );
  }
  return explainReadError(error, path);
}
