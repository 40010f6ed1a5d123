import { UserError } from '../core/errors.js';

/**
 * Checks that every label is a class.
 *
 * @throws UserError that names the file and the first label that is none
 */
export function checkLabels(labels: Uint8Array, classes: number, path: string): void {
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong < 0) return;
  throw new UserError(
    `${path}: expected labels 0 to ${classes - 1}, found ${labels[wrong]} for example ${wrong + 1}. The file is corrupt: get it again.`,
  );
}
