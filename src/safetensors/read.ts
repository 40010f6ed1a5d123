import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../core/errors.js';
import { openRegularFile } from '../core/regular-file.js';
import {
  BYTES_PER_NUMBER,
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
  type SafetensorsFile,
  type Tensor,
} from './format.js';
import { type Header, MEND, parseHeader } from './header.js';

/** Bytes that are read at a time: a file is never taken into memory twice. */
const CHUNK_BYTES = 64 * 2 ** 20;

/**
 * Reads a safetensors file.
 *
 * @param accept looks at the header and throws if the tensors are not those that are wanted; before any of them is read
 * @throws UserError if there is no such file, it is no such file, or it is cut, too long or otherwise not as written
 */
export async function readSafetensors(
  file: string,
  accept: (header: Header) => void,
): Promise<SafetensorsFile> {
  const { handle, sizeBytes: size } = await openRegularFile(file, 'a safetensors file');
  try {
    const headerBytes = await readHeaderLength(handle, size, file);
    const dataStart = LENGTH_BYTES + headerBytes;
    const bytes = new Uint8Array(headerBytes);
    await fill(handle, bytes, LENGTH_BYTES, file);
    const header = parseHeader(bytes, size - dataStart, file);
    accept(header);
    const tensors = new Map<string, Tensor>();
    for (const [name, { shape, begin, end }] of header.tensors) {
      const values = new Float32Array((end - begin) / BYTES_PER_NUMBER);
      await fill(handle, new Uint8Array(values.buffer), dataStart + begin, file);
      tensors.set(name, { shape, values });
    }
    return { metadata: header.metadata, tensors };
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

async function fill(handle: FileHandle, bytes: Uint8Array, position: number, file: string): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(CHUNK_BYTES, bytes.length - done);
    const { bytesRead } = await handle.read(bytes, done, length, position + done);
    if (bytesRead === 0) throw new UserError(`${file}: the file became shorter while it was read. ${MEND}`);
    done += bytesRead;
  }
}
