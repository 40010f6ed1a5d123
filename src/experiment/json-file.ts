import { UserError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { readRegularFileSync } from '../core/regular-file.js';

/** A larger file is no spec and no grid. */
const MAX_FILE_BYTES = 2 ** 24;

/**
 * Reads a JSON file.
 *
 * @param expected what it should hold, for messages: `a grid`
 * @throws UserError if the file is missing, is no regular file, or is not JSON
 */
export function readJsonFile(file: string, expected: string): unknown {
  const bytes = readRegularFileSync(file, `${expected} as JSON`, MAX_FILE_BYTES);
  return parseJson(decodeText(bytes, file), file);
}

/** A byte order mark, which Windows editors put in front, is no JSON and left out. */
function decodeText(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(
      `${file}: expected JSON in UTF-8, found other bytes. Save it as UTF-8, or check the path.`,
    );
  }
}
