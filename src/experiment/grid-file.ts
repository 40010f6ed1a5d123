import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../core/errors.js';
import { type Grid, parseGrid } from './grid.js';
import { parseJson } from './json.js';

/**
 * Reads a grid from a JSON file. A grid without a name takes the file's.
 *
 * @throws UserError if the file is missing, is not JSON, or has an unknown or mistyped field
 */
export function readGridFile(file: string): Grid {
  const text = readText(file);
  return parseGrid(parseJson(text, file), file, basename(file).replace(/\.json$/i, ''));
}

function readText(file: string): string {
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
    throw new UserError(`${file}: ${reason}. Expected a grid as JSON.`);
  }
}
