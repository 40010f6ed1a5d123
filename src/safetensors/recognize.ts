import { openRegularFile, readBytes } from '../core/regular-file.js';
import { LENGTH_BYTES, MAX_HEADER_BYTES } from './format.js';

/**
 * Whether a file is to be read as safetensors: it is named so, or begins with a header's length and the header. No text does.
 *
 * @throws UserError if there is no such file, or it cannot be read
 */
export async function isSafetensorsFile(file: string): Promise<boolean> {
  if (/\.safetensors$/i.test(file)) return true;
  const open = await openRegularFile(file, 'a file');
  try {
    const start = await readBytes(open, file, LENGTH_BYTES + 1);
    return (
      start.length > LENGTH_BYTES &&
      start.readBigUInt64LE() <= MAX_HEADER_BYTES &&
      start[LENGTH_BYTES] === '{'.charCodeAt(0)
    );
  } finally {
    await open.handle.close();
  }
}
