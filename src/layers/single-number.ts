import { z } from 'zod';

/** The greatest number of single precision. */
const MOST = (2 - 2 ** -23) * 2 ** 127;
/** The least one whose inverse is one, too. */
const LEAST_POSITIVE = 2 ** -126;

/** A number that kernels of single precision can work with: one that is larger would be infinite there. */
export const singleNumber = z.number().min(-MOST).max(MOST);

/** One that may be divided by. */
export const positiveSingle = singleNumber.min(LEAST_POSITIVE);
