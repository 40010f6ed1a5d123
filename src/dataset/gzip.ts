import type { FileHandle } from 'node:fs/promises';

/** What every gzipped file begins with (RFC 1952). */
export const GZIP_MAGIC = [0x1f, 0x8b];

export async function startsWithGzip(file: FileHandle): Promise<boolean> {
  const { buffer } = await file.read(new Uint8Array(GZIP_MAGIC.length), 0, GZIP_MAGIC.length, 0);
  return GZIP_MAGIC.every((byte, i) => buffer[i] === byte);
}
