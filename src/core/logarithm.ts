/** Fractions in [LOWER, 2·LOWER) are taken as they are: √½ as far as 21 bits tell it. */
const LOWER = (1 + 0x6a09c / 2 ** 20) / 2;
/** Below the one and from the other on, half of f² is taken apart. */
const APART_BELOW = (1 + 0x6b852 / 2 ** 20) / 2;
const APART_FROM = 1 + 0x6147a / 2 ** 20;
/** ln 2 in two parts; a whole number times the first is exact. */
const LN_2_HIGH = 0.6931471803691238;
const LN_2_LOW = 1.9082149292705877e-10;

/**
 * ln x for finite x > 0, from arithmetic alone, so that it is the same in every engine and in C++: x = m·2^k with m about [√½, √2), and ln m by
 * fdlibm's polynomial (Sun Microsystems 1993; without its short cut for m near 1). The error is below one unit in the last place.
 */
export function naturalLogarithm(x: number): number {
  let m = x;
  let k = 0;
  for (; m < LOWER; m *= 2) k--;
  for (; m >= 2 * LOWER; m /= 2) k++;
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd =
    z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const series = odd + even;
  const high = k * LN_2_HIGH;
  const low = k * LN_2_LOW;
  if (m < APART_BELOW || m >= APART_FROM) {
    const square = 0.5 * f * f;
    return high - (square - (s * (square + series) + low) - f);
  }
  return high - (s * (f - series) - low - f);
}
