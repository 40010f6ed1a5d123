import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../experiment/fake-runs.js';
import { tryInput } from './trial.js';

/**
 * Tries a parser with one file, see tryInput.
 *
 * @returns what the user is told; `parsed` if nothing is wrong
 */
export async function tryFile(bytes: Buffer, parse: (path: string) => unknown): Promise<string> {
  const path = join(makeFolder(), 'input');
  writeFileSync(path, bytes);
  const { message } = await tryInput(() => parse(path), bytes.length);
  return message ?? 'parsed';
}
