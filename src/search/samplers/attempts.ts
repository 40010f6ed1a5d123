import { UserError } from '../../core/errors.js';

/** Of choices, one after another, to find one that meets the constraints. */
const MAX_ATTEMPTS = 1000;

/**
 * The first of several attempts that comes to something.
 *
 * @throws UserError if none does
 */
export function attempt<T>(make: (number: number) => T | null): T {
  for (let number = 0; number < MAX_ATTEMPTS; number++) {
    const made = make(number);
    if (made !== null) return made;
  }
  throw new UserError(
    `search: expected a space in which some trials meet the constraints, found none in ${MAX_ATTEMPTS} choices. Widen it, or loosen them.`,
  );
}
