// GELU's approximation by tanh. With u = √(2/π)·(x + 0.044715x³), ½(1 + tanh u) = 1 / (1 + e^(-2u)), which keeps the left tail's digits.
struct GeluTanh {
  static V forward(V x, V) { return x * split(x).share; }
  static V backward(V x, V dy, V) {
    const Parts parts = split(x);
    const V change = parts.share * parts.rest * parts.slope;
    return dy * fma(x, change, parts.share);
  }

 private:
  struct Parts {
    V share, rest;  // 1 / (1 + e^(-2u)), and what is left to 1
    V slope;        // d(2u)/dx
  };

  static Parts split(V x) {
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
    return {share, rest, root * fma(square, splat(0.134145f), splat(1.0f))};
  }
};
