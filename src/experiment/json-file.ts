import { readFileSync } from 'node:fs';
import { UserError } from '../core/errors.js';
import { parseJson } from '../core/json.js';

/**
 * Reads a JSON file.
 *
 * @param expected what it should hold, for messages: `a grid`
 * @throws UserError if the file is missing or is not JSON
 */
export function readJsonFile(file: string, expected: string): unknown {
  return parseJson(readText(file, expected), file);
}

function readText(file: string, expected: string): string {
  try {
    // Windows editors put a byte order mark in front, which is no JSON.
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'this is a folder'
          : (error as Error).message;
    throw new UserError(`${file}: ${reason}. Expected ${expected} as JSON.`);
  }
}
