import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../core/errors.js';

/** What every gzipped file begins with (RFC 1952). */
export const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * What a gzipped file may unpack to, beyond its own size: MNIST's images take 37 MB more, CIFAR-10's archive 14. A bomb unpacks to a thousand times
 * its size.
 */
export const MOST_UNPACKED_EXTRA_BYTES = 48 * 2 ** 20;

export async function startsWithGzip(file: FileHandle): Promise<boolean> {
  const { buffer } = await file.read(new Uint8Array(GZIP_MAGIC.length), 0, GZIP_MAGIC.length, 0);
  return GZIP_MAGIC.every((byte, i) => buffer[i] === byte);
}

/** An error of zlib's as the user's mistake; null for any other. */
export function explainGzipError(error: unknown, path: string): UserError | null {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return new UserError(
      `${path}: expected gzipped data, found that it ends early. The file is truncated: get it again.`,
    );
  }
  if (!code?.startsWith('Z_')) return null;
  return new UserError(
    `${path}: expected gzipped data, found ${message}. The file is corrupt: get it again.`,
  );
}
