import { UserError } from '../core/errors.js';

/** What went wrong when a file was read: the system's errors are the user's to mend, others stay as they are. */
export function explainReadError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!code?.startsWith('E') || code.startsWith('ERR_')) return error;
  return new UserError(
    `${path}: expected a file that can be read, found ${message}. Check its name and permissions.`,
  );
}
