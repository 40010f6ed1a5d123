import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { UserError } from './errors.js';
import { explainFileError } from './file-errors.js';

/** Opening a named pipe that takes a file's place meanwhile would wait for somebody to write to it. Not on Windows, which has none in folders. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A file that is open for reading. */
export interface OpenFile {
  /** To be closed by whoever reads. */
  readonly handle: FileHandle;
  /** When it was opened. */
  readonly sizeBytes: number;
}

/**
 * Opens a file for reading. What is no file of bytes with an end is refused without being touched: a folder, a device such as `/dev/zero`, a
 * named pipe, which may never give any.
 *
 * @param expected in messages: `a picture`
 * @throws UserError if there is none, it is no regular file, or it cannot be opened
 */
export async function openRegularFile(path: string, expected: string): Promise<OpenFile> {
  let handle: FileHandle | null = null;
  try {
    checkRegular(await stat(path), path, expected);
    handle = await open(path, OPEN_FLAGS);
    const stats = await handle.stat();
    checkRegular(stats, path, expected);
    return { handle, sizeBytes: stats.size };
  } catch (error) {
    await handle?.close();
    throw explainOpenError(error, path, expected);
  }
}

/**
 * Reads an open file whole, or its first bytes.
 *
 * @throws UserError if it has become shorter, or cannot be read
 */
export async function readBytes(open: OpenFile, path: string, mostBytes = open.sizeBytes): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.min(mostBytes, open.sizeBytes));
  await readInto(open, path, bytes);
  return bytes;
}

/**
 * Fills memory with an open file's first bytes.
 *
 * @throws UserError if it has become shorter, or cannot be read
 */
export async function readInto({ handle }: OpenFile, path: string, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle
      .read(bytes, done, bytes.length - done, done)
      .catch((error: unknown) => {
        throw new UserError(`${path}: cannot be read: ${explainFileError(error)}. Check the disk.`);
      });
    if (bytesRead === 0) {
      throw new UserError(`${path}: the file became shorter while it was read. Try again once it is whole.`);
    }
    done += bytesRead;
  }
}

/**
 * Reads a file whole.
 *
 * @param expected in messages: `a grid`
 * @param mostBytes that such a file can have
 * @throws UserError if there is none, it is no regular file, is larger, or cannot be read
 */
export function readRegularFileSync(path: string, expected: string, mostBytes: number): Buffer {
  let descriptor: number | null = null;
  try {
    checkRegular(statSync(path), path, expected);
    descriptor = openSync(path, OPEN_FLAGS);
    const stats = fstatSync(descriptor);
    checkRegular(stats, path, expected);
    checkMostBytes(stats.size, mostBytes, path, expected);
    return readFileSync(descriptor);
  } catch (error) {
    throw explainOpenError(error, path, expected);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/**
 * Checks that a file is not larger than one of its kind can be, before it is taken into memory.
 *
 * @throws UserError if it is
 */
export function checkMostBytes(sizeBytes: number, mostBytes: number, path: string, expected: string): void {
  if (sizeBytes <= mostBytes) return;
  throw new UserError(
    `${path}: expected ${expected} of at most ${mostBytes} bytes, found ${sizeBytes}. It is another kind of file.`,
  );
}

/**
 * Checks that a path leads to a regular file.
 *
 * @throws UserError that says what is there
 */
export function checkRegular(stats: Stats, path: string, expected: string): void {
  if (stats.isFile()) return;
  throw new UserError(`${path}: expected ${expected}, found ${nameKind(stats)}. Check the path.`);
}

/** What is there in place of a file. */
export function nameKind(stats: Stats): string {
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** What went wrong when a file was opened: the system's errors are the user's to mend, others stay as they are. */
export function explainOpenError(error: unknown, path: string, expected: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UserError(`${path}: expected ${expected}, found nothing there. Check the path.`);
  }
  if (!isSystemError(error) && code !== 'ERR_INVALID_ARG_VALUE') return error;
  return new UserError(
    `${path}: cannot be read: ${explainFileError(error)}. Check the path and its permissions.`,
  );
}

/** Whether an error is the operating system's, such as EACCES. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return /^E[A-Z\d]+$/.test((error as NodeJS.ErrnoException | null)?.code ?? '');
}
