// The standard normal distribution as a fixed polynomial, so that it gives the same bits wherever there is fused multiply-add.

// e^(-x²/2). The square is exact in two parts, or its rounding would be multiplied by up to 87 in the exponent. Zero where the result would
// be near 2^-126, below which `exponential` does not go; NaN stays NaN.
inline V bell_curve(V x) {
  const V square = x * x;
  const V rest = fma(x, x, -square);
  const V e = exponential(square * splat(-0.5f));
  return square > splat(174.0f) ? splat(0) : fma(e * rest, splat(-0.5f), e);
}

// Phi(x), given the bell curve at x. For t = |x|, Phi(-t)·e^(t²/2) = v·P(1 - 2v) with v = 1 / (1 + 0.3t), and P a minimax polynomial of
// degree 9 for 0 <= t <= 13.5 with a relative error of 4e-9. So the left tail keeps its digits. With rounding the relative error is below
// 5e-7 (test/kernels/accuracy.test.ts holds it); without fused multiply-add it grows to 5e-6 in the left tail.
inline V normal_cumulative(V x, V bell) {
  const V t = x < splat(0) ? -x : x;
  const V v = splat(1.0f) / fma(t, splat(0.3f), splat(1.0f));
  const V s = fma(v, splat(-2.0f), splat(1.0f));
  V p = splat(4.02195594532e-5f);
  p = fma(p, s, splat(7.65461011882e-5f));
  p = fma(p, s, splat(-2.80659101785e-4f));
  p = fma(p, s, splat(-5.69629911696e-4f));
  p = fma(p, s, splat(2.42353440330e-3f));
  p = fma(p, s, splat(1.81602549032e-3f));
  p = fma(p, s, splat(-2.77603430909e-2f));
  p = fma(p, s, splat(8.65497101035e-2f));
  p = fma(p, s, splat(-1.64579485196e-1f));
  p = fma(p, s, splat(2.21970613082e-1f));
  const V tail = bell * (v * p);
  return x < splat(0) ? tail : splat(1.0f) - tail;
}
