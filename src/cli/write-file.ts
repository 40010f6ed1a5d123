import { writeFileSync } from 'node:fs';
import { UserError } from '../core/errors.js';

/**
 * Writes a text file.
 *
 * @param option the one that names the file, for the message
 * @throws UserError if it cannot be written
 */
export function writeFile(file: string, text: string, option: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`${file}: cannot be written (${explain(error)}). Give another file with ${option}.`);
  }
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such folder';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES' || code === 'EROFS') return 'you may not write there';
  if (code === 'ENOSPC') return 'the disk is full';
  return message;
}
