/** ln 2 in two parts; a whole number times the first is exact. */
const LN_2_HIGH = 0.6931471803691238;
const LN_2_LOW = 1.9082149292705877e-10;
/** Beyond these e^x is infinite, or nearer to 0 than a normal double can be. */
const GREATEST = 709.782712893384;
const LEAST = -708.3964185322641;
/** rⁿ/n! of the first one left out is below 2⁻⁵⁶ for |r| up to ½·ln 2. */
const TERMS = 14;

/**
 * e^x, from arithmetic alone, so that it is the same in every engine: x = k·ln 2 + r with |r| at most ½·ln 2, and e^r by its series. The error is
 * a few units in the last place. What is smaller than all normal doubles is 0.
 */
export function exponential(x: number): number {
  if (x > GREATEST) return Number.POSITIVE_INFINITY;
  if (x < LEAST) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN_2_HIGH - k * LN_2_LOW;
  let sum = 1;
  for (let n = TERMS; n > 0; n--) sum = 1 + (r / n) * sum;
  const factor = k < 0 ? 0.5 : 2;
  for (let i = Math.abs(k); i > 0; i--) sum *= factor;
  return sum;
}
