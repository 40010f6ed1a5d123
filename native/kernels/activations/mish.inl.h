// y = x·tanh(ln(1 + e^x)). With e = e^x and n = e·(e + 2), tanh(ln(1 + e)) = n / (n + 2), which keeps the left tail's digits.
struct Mish {
  static V forward(V x, V) { return x * split(x).share; }
  static V backward(V x, V dy, V) {
    const Parts parts = split(x);
    return dy * fma(x, parts.slope, parts.share);
  }

 private:
  struct Parts {
    V share, slope;  // n / (n + 2), and its derivative, 4·e·(e + 1) / (n + 2)²
  };

  static Parts split(V x) {
    // Above, the share rounds to 1; below, it is near 2^-126, where `exponential` ends, and counts as 0, so that no x makes something of it.
    const V high = splat(20.0f), low = splat(-87.0f);
    const V e = exponential(x > high ? high : x);
    const V n = e * (e + splat(2.0f));
    const V whole = n + splat(2.0f);
    const V share = n / whole;
    const V slope = splat(4.0f) * e * (e + splat(1.0f)) / (whole * whole);
    const V none = splat(0);
    return {x < low ? none : share, x < low ? none : (x > high ? none : slope)};
  }
};
