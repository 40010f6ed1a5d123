// GELU (Hendrycks and Gimpel, 2016): y = x·Phi(x). It is not monotonic, so backward passes read the input.

void gelu_forward(const float* x, float* y, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    store(y + i, value * normal_cumulative(value, bell_curve(value)), mask);
  });
}

// dx = dy·(Phi(x) + x·phi(x)).
void gelu_backward(const float* x, const float* dy, float* dx, Range elements) {
  const V density = splat(0.3989422804f);  // 1 / √(2π)
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    const V bell = bell_curve(value);
    const V slope = fma(value, bell * density, normal_cumulative(value, bell));
    store(dx + i, load(dy + i, mask) * slope, mask);
  });
}

// The approximation by tanh. With u = √(2/π)·(x + 0.044715x³), ½(1 + tanh u) = 1 / (1 + e^(-2u)), which keeps the left tail's digits.
struct TanhGelu {
  V share, rest;  // 1 / (1 + e^(-2u)), and what is left to 1
  V slope;        // d(2u)/dx
};

inline TanhGelu tanh_gelu(V x) {
  // There the smaller of share and rest is about 2^-126, below which `exponential` does not go. Beyond it is 0, and x³ does not overflow.
  const V far = splat(10.0f);
  V c = x < -far ? -far : x;
  c = c > far ? far : c;
  const V square = c * c;
  const V root = splat(1.5957691216f);  // 2√(2/π)
  const V doubled = root * (c * fma(square, splat(0.044715f), splat(1.0f)));
  const V e = exponential(-doubled);
  const V share = x < -far ? splat(0) : splat(1.0f) / (splat(1.0f) + e);
  const V rest = x > far ? splat(0) : e * share;
  return TanhGelu{share, rest, root * fma(square, splat(0.134145f), splat(1.0f))};
}

void gelu_tanh_forward(const float* x, float* y, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    store(y + i, value * tanh_gelu(value).share, mask);
  });
}

void gelu_tanh_backward(const float* x, const float* dy, float* dx, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    const TanhGelu g = tanh_gelu(value);
    const V change = g.share * g.rest * g.slope;
    store(dx + i, load(dy + i, mask) * fma(value, change, g.share), mask);
  });
}
