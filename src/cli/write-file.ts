import { writeFileSync } from 'node:fs';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';

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
    throw new UserError(
      `${file}: cannot be written (${explainFileError(error)}). Give another file with ${option}.`,
    );
  }
}
