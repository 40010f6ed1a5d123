import { stat } from 'node:fs/promises';
import { UserError } from './errors.js';

/**
 * Tries whether a file that is to be written is another one than that which is read, whatever links lead there: what is read would be lost.
 *
 * @throws UserError if it is the same
 */
export async function checkIsAnother(written: string, read: string): Promise<void> {
  const [one, other] = await Promise.all([written, read].map((file) => stat(file).catch(() => null)));
  if (!one || !other || one.dev !== other.dev || one.ino !== other.ino) return;
  throw new UserError(
    `${written}: expected another file to write than the one that is read, found the same. Give another path.`,
  );
}
