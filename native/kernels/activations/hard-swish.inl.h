// y = x·(x + 3) / 6 between -3 and 3, 0 below, x above.
struct HardSwish {
  static V forward(V x, V) {
    const V middle = x * (x + splat(3.0f)) * splat(1.0f / 6);
    const V y = x >= splat(3.0f) ? x : middle;
    return x <= splat(-3.0f) ? splat(0) : y;
  }
  static V backward(V x, V dy, V) {
    const V middle = dy * fma(x, splat(1.0f / 3), splat(0.5f));
    const V dx = x > splat(3.0f) ? dy : middle;
    return x < splat(-3.0f) ? zero_unless_wrong(dy) : dx;
  }
};
