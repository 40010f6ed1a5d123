import { UserError } from '../../core/errors.js';
import type { SamplerContext } from './sampler.js';

/** Of choices, one after another, to find one that meets the constraints. */
const MAX_ATTEMPTS = 1000;

/**
 * The first of several attempts that comes to something.
 *
 * @throws UserError if none does
 */
export function attempt<T>(
  { whyNot }: Pick<SamplerContext, 'whyNot'>,
  make: (number: number) => T | null,
  most = MAX_ATTEMPTS,
): T {
  for (let number = 0; number < most; number++) {
    const made = make(number);
    if (made !== null) return made;
  }
  throw noTrials(`in ${most} choices`, whyNot?.() ?? null);
}

/** For a space in which nothing meets the constraints, `where` it was looked for. */
export function noTrials(where: string, whyNot: string | null): UserError {
  const first = whyNot === null ? '' : ` (the first that is no spec: ${whyNot})`;
  return new UserError(
    `search: expected a space in which some trials meet the constraints, found none ${where}${first}. Widen it, or loosen them.`,
  );
}
