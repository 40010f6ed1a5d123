import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../core/errors.js';
import { openRegularFile } from '../core/regular-file.js';
import { hashHeader } from './checksum.js';
import {
  bytesOf,
  countNumbers,
  isHalf,
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
  makeValues,
  type SafetensorsFile,
  type Tensor,
  widen,
} from './format.js';
import { type Header, MEND, parseHeader } from './header.js';

/** Bytes that are read at a time: a file is never taken into memory twice. */
const CHUNK_BYTES = 64 * 2 ** 20;

/** A file as it was read. */
export interface ReadFile extends SafetensorsFile {
  /** Whether its bytes are those that were written; `absent` where the file does not tell. Whoever reads it decides what that means. */
  readonly checksum: 'right' | 'absent' | 'wrong';
}

/**
 * Reads a safetensors file.
 *
 * @param accept looks at the header and throws if the tensors are not those that are wanted; before any of them is read
 * @param findPlace the memory that a tensor is to be read into, if there is some for it
 * @throws UserError if there is no such file, it is no such file, or it is cut, too long or otherwise not as written
 */
export async function readSafetensors(
  file: string,
  accept: (header: Header) => void,
  findPlace: (name: string) => Tensor['values'] | undefined = () => undefined,
): Promise<ReadFile> {
  const { handle, sizeBytes: size } = await openRegularFile(file, 'a safetensors file');
  try {
    const headerBytes = await readHeaderLength(handle, size, file);
    const dataStart = LENGTH_BYTES + headerBytes;
    const bytes = new Uint8Array(dataStart);
    await fill(handle, bytes, 0, file);
    const header = parseHeader(bytes.subarray(LENGTH_BYTES), size - dataStart, file);
    accept(header);
    const hash = hashHeader(bytes);
    const tensors = new Map<string, Tensor>();
    for (const [name, { dtype, shape, begin, end }] of header.tensors) {
      const values = findPlace(name) ?? makeValues(dtype, countNumbers(shape));
      // Numbers of 16 bits pass through memory of their own.
      const target = isHalf(dtype) ? new Uint16Array((end - begin) / bytesOf(dtype)) : values;
      const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
      await fill(handle, bytes, dataStart + begin, file, hash);
      if (isHalf(dtype)) widen(dtype, target as Uint16Array, values as Float32Array);
      tensors.set(name, { shape, values });
    }
    return { metadata: header.metadata, tensors, checksum: compare(header, hash) };
  } finally {
    await handle.close();
  }
}

/** The header's length, once it is sure that the file can have such a header. */
async function readHeaderLength(handle: FileHandle, size: number, file: string): Promise<number> {
  const fail = (found: string): never => {
    throw new UserError(
      `${file}: expected a safetensors file, found ${found}. It is another kind of file, or broken.`,
    );
  };
  if (size < LENGTH_BYTES) fail(`${size} bytes`);
  const start = Buffer.alloc(LENGTH_BYTES);
  await fill(handle, start, 0, file);
  const length = start.readBigUInt64LE();
  if (length > MAX_HEADER_BYTES) fail(`a header of ${length} bytes, more than ${MAX_HEADER_BYTES}`);
  const headerBytes = Number(length);
  if (headerBytes > size - LENGTH_BYTES) {
    fail(`a header of ${headerBytes} bytes in a file of ${size}`);
  }
  return headerBytes;
}

/** Holds the checksum that stands in the file against that of its bytes. */
function compare({ checksum }: Header, hash: Hash): ReadFile['checksum'] {
  if (checksum === null) return 'absent';
  return checksum === hash.digest('hex') ? 'right' : 'wrong';
}

/** @param hash that is to take what is read */
async function fill(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
  file: string,
  hash: Hash | null = null,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(CHUNK_BYTES, bytes.length - done);
    const { bytesRead } = await handle.read(bytes, done, length, position + done);
    if (bytesRead === 0) throw new UserError(`${file}: the file became shorter while it was read. ${MEND}`);
    hash?.update(bytes.subarray(done, done + bytesRead));
    done += bytesRead;
  }
}
