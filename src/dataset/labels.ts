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
    `${path}: expected labels 0 to ${classes - 1}, found ${labels[wrong]} for example ${wrong + 1}. ${explainLabels(labels, classes)}`,
  );
}

/** Labels of a data set with a few more classes, or counted from 1, come in the same files: all of them are then small. */
function explainLabels(labels: Uint8Array, classes: number): string {
  const [least, greatest] = labels.reduce(
    ([low, high], label) => [Math.min(low, label), Math.max(high, label)],
    [255, 0],
  ) as [number, number];
  if (greatest >= MOST_OTHER_CLASSES) return 'The file is corrupt: get it again.';
  return (
    `All are from ${least} to ${greatest}: it is another data set, not one of ${classes} classes` +
    `${least === 1 ? ', or its labels count from 1' : ''}. Put the published file there.`
  );
}

/** EMNIST, the largest data set in this format that is known, has 62 classes. */
const MOST_OTHER_CLASSES = 100;
