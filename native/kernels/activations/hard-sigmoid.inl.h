// y = (x + 3) / 6 between -3 and 3, 0 below, 1 above.
struct HardSigmoid {
  static V forward(V x, V) {
    const V middle = (x + splat(3.0f)) * splat(1.0f / 6);
    const V y = x >= splat(3.0f) ? splat(1.0f) : middle;
    return x <= splat(-3.0f) ? splat(0) : y;
  }
  static V backward(V y, V dy, V) {
    const V flat = zero_unless_wrong(dy);
    const V dx = y < splat(1.0f) ? dy * splat(1.0f / 6) : flat;
    return y > splat(0) ? dx : flat;
  }
};
