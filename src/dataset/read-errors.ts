import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { isSystemError } from '../core/regular-file.js';

/** What went wrong while a file was read: the system's errors are the user's to mend, others stay as they are. */
export function explainReadError(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error;
  return new UserError(
    `${path}: cannot be read: ${explainFileError(error)}. Check the path, its permissions and the disk.`,
  );
}
