import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { type Grid, parseGrid } from './grid.js';
import { readJsonFile } from './json-file.js';

/**
 * Reads a grid from a JSON file. A grid without a name takes the file's.
 *
 * @throws UserError if the file is missing, is not JSON, or has an unknown or mistyped field
 */
export function readGridFile(file: string): Grid {
  const value = readJsonFile(file, 'a grid');
  const grid = parseGrid(value, file, basename(file).replace(/\.json$/i, ''));
  const hasName = (value as { name?: unknown }).name !== undefined;
  return hasName ? grid : { ...grid, source: realpathSync(file) };
}
