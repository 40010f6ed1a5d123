import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../core/errors.js';
import { type OpenFile, openRegularFile } from '../../core/regular-file.js';
import { explainGzipError, MOST_UNPACKED_EXTRA_BYTES, startsWithGzip } from '../gzip.js';
import { explainReadError } from '../read-errors.js';
import { allocateSharedBytes } from '../shared-bytes.js';
import {
  checkIdxSize,
  describeIdx,
  type IdxHeader,
  type IdxKind,
  idxHeaderBytes,
  parseIdxHeader,
} from './idx.js';

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
  const file = await openRegularFile(path, `an IDX file of ${kind}`);
  try {
    return await ((await startsWithGzip(file.handle)) ? readZipped : readPlain)(file, kind, path);
  } catch (error) {
    throw explainGzipError(error, path) ?? explainReadError(error, path);
  } finally {
    await file.handle.close();
  }
}

/** Reads straight into the shared memory. */
async function readPlain(
  { handle: file, sizeBytes }: OpenFile,
  kind: IdxKind,
  path: string,
): Promise<IdxFile> {
  const start = new Uint8Array(idxHeaderBytes(kind));
  const { bytesRead: startBytes } = await file.read(start, 0, start.length, 0);
  const header = parseIdxHeader(start.subarray(0, startBytes), kind, path);
  const { headerBytes, dataBytes } = header;
  checkIdxSize(sizeBytes, header, kind, path);
  const data = allocateSharedBytes(dataBytes, path);
  for (let done = 0; done < dataBytes; ) {
    const { bytesRead } = await file.read(data, done, dataBytes - done, headerBytes + done);
    // Nothing more, though the size said so: it is being written to.
    if (bytesRead === 0) checkIdxSize(headerBytes + done, header, kind, path);
    done += bytesRead;
  }
  return { ...header, data };
}

async function readZipped({ handle, sizeBytes }: OpenFile, kind: IdxKind, path: string): Promise<IdxFile> {
  const receiver = new IdxReceiver(kind, path, sizeBytes);
  const chunks = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
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
  readonly #zippedBytes: number;
  #start = new Uint8Array(0);
  #file: IdxFile | null = null;
  #receivedBytes = 0;

  constructor(kind: IdxKind, path: string, zippedBytes: number) {
    this.#kind = kind;
    this.#path = path;
    this.#zippedBytes = zippedBytes;
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
    this.#checkRoom(header);
    this.#file = { ...header, data: allocateSharedBytes(header.dataBytes, this.#path) };
    this.#append(this.#file, this.#start.subarray(header.headerBytes));
    return this.#file;
  }

  #checkRoom(header: IdxHeader): void {
    const mostBytes = this.#zippedBytes + MOST_UNPACKED_EXTRA_BYTES;
    if (header.dataBytes <= mostBytes) return;
    throw new UserError(
      `${this.#path}: expected a .gz of ${this.#zippedBytes} bytes to unpack to at most ${mostBytes}, found a header for ${describeIdx(header, this.#kind)}. If it is to be trusted, unpack it with gunzip.`,
    );
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
