import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';

/** The targets of some images, and what the d of each image are called. */
export interface NamedTargets {
  readonly count: number;
  readonly targets: Float32Array;
  readonly targetNames: readonly string[];
}

/**
 * Checks that targets are finite and as many as there should be.
 *
 * @throws UserError that names the first target that is wrong
 */
export function checkTargets({ count, targets, targetNames }: NamedTargets, where: string): void {
  if (!(targets instanceof Float32Array)) {
    throw new UserError(
      `${where}: expected a Float32Array of numbers, ${targetNames.length} an image, found ${describeValue(targets)}.`,
    );
  }
  const expected = count * targetNames.length;
  if (targets.length !== expected) {
    throw new UserError(
      `${where}: expected ${expected} numbers, ${targetNames.length} for each of ${count} images, found ${targets.length}. ` +
        'Correct the names of targets, or the number of images.',
    );
  }
  const wrong = targets.findIndex((target) => !Number.isFinite(target));
  if (wrong < 0) return;
  const example = Math.floor(wrong / targetNames.length) + 1;
  throw new UserError(
    `${where}: expected finite numbers, found ${targets[wrong]} for example ${example} (${targetNames[wrong % targetNames.length]}). ` +
      'Correct it, or leave the example out.',
  );
}
