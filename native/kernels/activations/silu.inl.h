// y = x / (1 + e^-x), x times its logistic; dx = dy·share·(1 + x·rest), rest being 1 - share.
struct Silu {
  static V forward(V x, V) { return x * split(x).share; }
  static V backward(V x, V dy, V) {
    const Parts parts = split(x);
    return dy * fma(x, parts.share * parts.rest, parts.share);
  }

 private:
  struct Parts {
    V share, rest;  // 1 / (1 + e^-x), and what is left to 1
  };

  static Parts split(V x) {
    // Beyond, the smaller of both is below 2^-125, where `exponential` ends, and counts as 0, so that no x makes something of it.
    const V far = splat(87.0f);
    const V e = exponential(-x);
    const V share = splat(1.0f) / (splat(1.0f) + e);
    return {x < -far ? splat(0) : share, x > far ? splat(0) : e * share};
  }
};
