import { z } from 'zod';

/** So that numbers that are all the same do not divide 0 by 0, in single precision either. */
const LEAST_EPSILON = 1e-30;

/** What is added to the variance of one image's numbers. */
export const epsilonField = z.number().min(LEAST_EPSILON).default(1e-5);
