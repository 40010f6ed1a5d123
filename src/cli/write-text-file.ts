import { writeWholeFile } from '../core/write-whole-file.js';

/**
 * Writes a text file, whole or not at all, into a folder that is there.
 *
 * @param option the one that names the file, for the message
 * @throws UserError if it cannot be written
 */
export function writeTextFile(file: string, text: string, option: string): Promise<void> {
  return writeWholeFile(file, [Buffer.from(text)], {
    advice: `Give another file with ${option}.`,
    makesFolder: false,
  });
}
