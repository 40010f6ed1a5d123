// y = 1 / (1 + e^-x).
struct Sigmoid {
  static V forward(V x, V) { return logistic(x); }
  static V backward(V y, V dy, V) { return dy * (y * (splat(1.0f) - y)); }
};
