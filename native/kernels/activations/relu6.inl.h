// y = min(max(x, 0), 6).
struct Relu6 {
  static V forward(V x, V) {
    // NaN compares false and passes through.
    const V y = x <= splat(0) ? splat(0) : x;
    return y >= splat(6.0f) ? splat(6.0f) : y;
  }
  static V backward(V y, V dy, V) {
    const V below = y < splat(6.0f) ? dy : zero_unless_wrong(dy);
    return y > splat(0) ? below : zero_unless_wrong(dy);
  }
};
