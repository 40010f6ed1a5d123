import { UserError } from '../../core/errors.js';
import { formatShape, type Shape } from '../../core/shape.js';
import { singleNumber } from '../single-number.js';

/** So that numbers that are all the same do not divide 0 by 0, in single precision either. */
const LEAST_EPSILON = 1e-30;

/** What is added to the variance of one image's numbers. */
export const epsilonField = singleNumber.min(LEAST_EPSILON).default(1e-5);

/**
 * Checks that an image has several numbers to take a mean and a variance of: one by itself is its own mean, so that nothing before the layer would ever
 * be seen behind it.
 *
 * @param mending what may help
 * @throws UserError if there is one
 */
export function checkValues(values: number, input: Shape, where: string, mending: string): void {
  if (values > 1) return;
  throw new UserError(
    `${where}: expected at least two numbers of an image to normalise by, found one (of ${formatShape(input)}), whose place the shift would take ` +
      `whatever comes in. ${mending}, or leave the layer out.`,
  );
}
