// GELU (Hendrycks and Gimpel, 2016): y = x·Phi(x). It is not monotonic, so backward passes read the input: dx = dy·(Phi(x) + x·phi(x)).
struct Gelu {
  static V forward(V x, V) { return x * normal_cumulative(x, bell_curve(x)); }
  static V backward(V x, V dy, V) {
    const V density = splat(0.3989422804f);  // 1 / √(2π)
    const V bell = bell_curve(x);
    const V slope = fma(x, bell * density, normal_cumulative(x, bell));
    return dy * slope;
  }
};
