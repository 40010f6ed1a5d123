// y = max(x, 0).
struct Relu {
  static V forward(V x, V) {
    // NaN compares false and passes through.
    return x <= splat(0) ? splat(0) : x;
  }
  static V backward(V y, V dy, V) { return y > splat(0) ? dy : zero_unless_wrong(dy); }
};
