// Exponential and related functions as fixed polynomials, so that they give the same bits wherever there is fused multiply-add.

// e^x = power·(1 + rest): x = n·ln 2 + r with |r| <= ln 2 / 2, power = 2^n, and a polynomial for rest = e^r - 1 (Cephes' expf), whose
// relative error is about 1e-7. x is held between the logarithms of 2^-126 and of nearly the greatest float; NaN gives anything.
struct Exponential {
  V power, rest;
};

inline Exponential split_exponential(V x) {
  const V low = splat(-87.33654f);
  const V high = splat(88.37626f);
  V t = x < low ? low : x;
  t = t > high ? high : t;
  const V n = round_to_even(t * splat(1.44269504f));
  // ln 2 in two parts: the first has few bits, so that n times it is exact.
  V r = fma(n, splat(-0.693359375f), t);
  r = fma(n, splat(2.12194440e-4f), r);
  V p = splat(1.9875691500e-4f);
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  const VI exponent = (__builtin_convertvector(n, VI) + 127) << 23;
  return Exponential{(V)exponent, fma(p, r * r, r)};
}

// e^x with a relative error of about 1e-7. Saturates at 2^-126 and near the greatest float; NaN stays NaN.
inline V exponential(V x) {
  const Exponential e = split_exponential(x);
  const V result = (e.rest + splat(1.0f)) * e.power;
  return x == x ? result : x;
}

// e^x - 1, as precise for small x, where e^x would have lost the digits that matter.
inline V exponential_less_one(V x) {
  const Exponential e = split_exponential(x);
  const V result = fma(e.power, e.rest, e.power - splat(1.0f));
  return x == x ? result : x;
}

// 1 / (1 + e^-x).
inline V logistic(V x) { return splat(1.0f) / (splat(1.0f) + exponential(-x)); }

// ln(1 + u) for 0 <= u <= 1: with s = u / (2 + u), at most 1/3, it is 2·(s + s³/3 + s⁵/5 + …); what is left out is below 2^-29 of it. Keeps the
// digits of a small u; NaN stays NaN.
inline V logarithm_of_one_and(V u) {
  const V s = u / (splat(2.0f) + u);
  const V square = s * s;
  V p = splat(1.0f / 15);
  p = fma(p, square, splat(1.0f / 13));
  p = fma(p, square, splat(1.0f / 11));
  p = fma(p, square, splat(1.0f / 9));
  p = fma(p, square, splat(1.0f / 7));
  p = fma(p, square, splat(1.0f / 5));
  p = fma(p, square, splat(1.0f / 3));
  const V twice = s + s;
  return fma(twice, p * square, twice);
}

// ln x for normal x > 0, with an error of about 1e-7 of it, or of 1 where that is more: x = m·2^n with m from √½ to √2, and Cephes' polynomial (logf)
// for ln m. NaN stays NaN.
inline V logarithm(V x) {
  const VI root_half = (VI)splat(0.70710678f);
  const VI n = ((VI)x - root_half) >> 23;
  const V m = (V)((VI)x - (n << 23)) - splat(1.0f);
  const V exponent = __builtin_convertvector(n, V);
  V p = splat(7.0376836292e-2f);
  p = fma(p, m, splat(-1.1514610310e-1f));
  p = fma(p, m, splat(1.1676998740e-1f));
  p = fma(p, m, splat(-1.2420140846e-1f));
  p = fma(p, m, splat(1.4249322787e-1f));
  p = fma(p, m, splat(-1.6668057665e-1f));
  p = fma(p, m, splat(2.0000714765e-1f));
  p = fma(p, m, splat(-2.4999993993e-1f));
  p = fma(p, m, splat(3.3333331174e-1f));
  const V square = m * m;
  // ln 2 in two parts: the first has few bits, so that n times it is exact.
  V rest = fma(exponent, splat(-2.12194440e-4f), p * m * square);
  rest = fma(splat(-0.5f), square, rest);
  const V result = fma(exponent, splat(0.693359375f), m + rest);
  return x == x ? result : x;
}

// tanh x: for |x| < 0.625 an odd polynomial (Cephes' tanhf), which keeps small values' relative error small, else (1 - e^-2|x|) / (1 + e^-2|x|).
inline V hyperbolic_tangent(V x) {
  const V square = x * x;
  V p = splat(-5.70498872745e-3f);
  p = fma(p, square, splat(2.06390887954e-2f));
  p = fma(p, square, splat(-5.37397155531e-2f));
  p = fma(p, square, splat(1.33314422036e-1f));
  p = fma(p, square, splat(-3.33332819422e-1f));
  const V small = fma(p * square, x, x);
  const V size = x < splat(0) ? -x : x;
  const V e = exponential(splat(-2.0f) * size);
  const V large = (splat(1.0f) - e) / (splat(1.0f) + e);
  const V signed_large = x < splat(0) ? -large : large;
  return size < splat(0.625f) ? small : signed_large;
}

// ln x for normal x > 0, in double precision and without library calls: x = m·2^k with m about [√½, √2), and ln m by fdlibm's polynomial
// (Sun Microsystems 1993; without its short cut for m near 1). Operation for operation as in src/core/logarithm.ts.
inline double natural_logarithm(double x) {
  int64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  // The upper half of the fraction, and 1 where the fraction is above √2.
  const int64_t fraction = (bits >> 32) & 0xfffff;
  const int64_t halve = (fraction + 0x95f64) >> 20;
  const double k = double((bits >> 52) - 1023 + halve);
  bits = (bits & 0xfffffffffffff) | ((1023 - halve) << 52);
  double m;
  __builtin_memcpy(&m, &bits, sizeof m);
  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const double odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const double series = odd + even;
  // ln 2 in two parts: k times the first is exact.
  const double high = k * 0.6931471803691238;
  const double low = k * 1.9082149292705877e-10;
  // Near √½ and √2 half of f² is taken apart.
  const double square = 0.5 * f * f;
  const double apart = high - ((square - (s * (square + series) + low)) - f);
  const double together = high - ((s * (f - series) - low) - f);
  return ((fraction - 0x6147a) | (0x6b851 - fraction)) > 0 ? apart : together;
}
