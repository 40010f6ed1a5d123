// Exponential and related functions as fixed polynomials, so that they give the same bits wherever there is fused multiply-add.

// e^x = power·(1 + rest): x = n·ln 2 + r with |r| <= ln 2 / 2, power = 2^n, and a polynomial for rest = e^r - 1 (Cephes' expf), whose relative
// error is about 1e-7. x is held between the logarithms of 2^-126 and of nearly the greatest float; NaN gives anything.
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

// ln x for finite x > 0, in double precision without library calls: x = m·2^e with m in [√½, √2), and ln m = 2 artanh((m-1)/(m+1)) as a
// series.
inline double natural_logarithm(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  long exponent = long(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffffull) | 0x3ff0000000000000ull;
  double m;
  __builtin_memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const double s = (m - 1) / (m + 1);
  const double square = s * s;
  // |s| <= 0.172: the first term left out is below 1e-18.
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2 * s * sum + double(exponent) * 0.6931471805599453;
}
