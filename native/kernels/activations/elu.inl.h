// y = x where x > 0, else alpha·(e^x - 1).
struct Elu {
  static V forward(V x, V alpha) { return x > splat(0) ? x : alpha * exponential_less_one(x); }
  static V backward(V y, V dy, V alpha) { return y > splat(0) ? dy : dy * (y + alpha); }
};
