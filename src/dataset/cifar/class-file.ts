import { UserError } from '../../core/errors.js';
import { openRegularFile } from '../../core/regular-file.js';
import { explainReadError } from '../read-errors.js';
import type { CifarLayout } from './layout.js';

/** More than a list of a hundred names takes. */
const MAX_CLASS_FILE_BYTES = 4000;

/**
 * Reads a list of classes, one a line.
 *
 * @throws UserError if it cannot be read or is of another length
 */
export async function readClassFile(path: string, { title, classes }: CifarLayout): Promise<string[]> {
  const names = await readLines(path, title);
  if (names.length === classes && names.every((name) => name !== '')) return names;
  throw new UserError(
    `${path}: expected ${title}'s ${classes} classes, one a line, found ${names.length}${names.includes('') ? ' with an empty one' : ''}. The file is not of this data set: get it again.`,
  );
}

/**
 * Checks that a file lists certain classes, one a line.
 *
 * @throws UserError if it cannot be read or lists others
 */
export async function checkClassFile(
  path: string,
  { title }: CifarLayout,
  expected: readonly string[],
): Promise<void> {
  const found = await readLines(path, title);
  const wrong = expected.findIndex((name, i) => found[i] !== name);
  const line = wrong >= 0 ? wrong : expected.length;
  if (line === expected.length && found.length === line) return;
  const [name, other] = [expected[line] ?? 'its end', found[line]?.slice(0, 20) ?? 'its end'];
  throw new UserError(
    `${path}: expected ${title}'s classes, on line ${line + 1} ${name}, found ${JSON.stringify(other)}. The file is not of this data set: get it again.`,
  );
}

async function readLines(path: string, title: string): Promise<string[]> {
  const { handle } = await openRegularFile(path, `the list of ${title}'s classes`);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_CLASS_FILE_BYTES));
    const text = buffer.toString('latin1', 0, bytesRead);
    const lines = text.split('\n').map((line) => line.trim());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  } catch (error) {
    throw explainReadError(error, path);
  } finally {
    await handle.close();
  }
}
