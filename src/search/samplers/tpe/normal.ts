import { exponential } from '../../../core/exponential.js';

/** Below the first, and between it and the second: where Cody's approximations of the normal distribution meet. */
const CENTRE_END = 0.67448975;
const MIDDLE_END = Math.sqrt(32);
/** The distribution's tail there is nearer to 0 than any number that it is added to. */
const TAIL_END = 38;

const CENTRE_NUMERATOR = [
  0.06568233791820745, 2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356,
];
const CENTRE_DENOMINATOR = [1, 47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const MIDDLE_NUMERATOR = [
  1.0765576773720192e-8, 0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002,
  2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
];
const MIDDLE_DENOMINATOR = [
  1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097,
  34900.95272114598, 38912.00328609327, 19685.429676859992,
];
const TAIL_NUMERATOR = [
  0.02307344176494017, 0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934,
  0.000029112874951168793,
];
const TAIL_DENOMINATOR = [
  1, 1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824,
  0.00007297515550839662,
];

/**
 * The standard normal distribution function: Cody's rational approximations ("Rational Chebyshev approximations for the error function", Math. Comp. 23,
 * 1969; as in ANORM of SPECFUN), from arithmetic alone, so that it is the same in every engine. Accurate to about 1e-15 of its value.
 */
export function cumulativeNormal(x: number): number {
  const size = Math.abs(x);
  if (size <= CENTRE_END) {
    const square = x * x;
    return 0.5 + (x * polynomial(CENTRE_NUMERATOR, square)) / polynomial(CENTRE_DENOMINATOR, square);
  }
  const tail = tailOf(size);
  return x < 0 ? tail : 1 - tail;
}

/** Beyond `size`, which is positive. */
function tailOf(size: number): number {
  if (size > TAIL_END) return 0;
  // exp(-x²/2) from an x of few digits, whose square is exact, and what is left.
  const short = Math.trunc(size * 16) / 16;
  const density = exponential((-short * short) / 2) * exponential((-(size - short) * (size + short)) / 2);
  if (size <= MIDDLE_END) {
    return (density * polynomial(MIDDLE_NUMERATOR, size)) / polynomial(MIDDLE_DENOMINATOR, size);
  }
  const square = 1 / (size * size);
  const quotient = (square * polynomial(TAIL_NUMERATOR, square)) / polynomial(TAIL_DENOMINATOR, square);
  return (density * (1 / Math.sqrt(2 * Math.PI) - quotient)) / size;
}

/** How much of the standard normal distribution lies between two numbers; in a tail, too, to its own last digits. */
export function normalMass(from: number, to: number): number {
  return from > 0
    ? cumulativeNormal(-from) - cumulativeNormal(-to)
    : cumulativeNormal(to) - cumulativeNormal(from);
}

/** Horner's rule; the coefficients stand from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}
