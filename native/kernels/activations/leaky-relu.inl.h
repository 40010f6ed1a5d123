// y = x where x > 0, else slope·x.
struct LeakyRelu {
  static V forward(V x, V slope) { return x > splat(0) ? x : x * slope; }
  static V backward(V y, V dy, V slope) { return y > splat(0) ? dy : dy * slope; }
};
