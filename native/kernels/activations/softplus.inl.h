// y = ln(1 + e^(beta·x)) / beta, and x where beta·x is above the threshold.
struct Softplus {
  static V forward(V x, V beta, V threshold) {
    const V t = beta * x;
    const V size = t < splat(0) ? -t : t;
    // ln(1 + e^t) = max(t, 0) + ln(1 + e^-|t|), in which nothing overflows.
    const V positive = t > splat(0) ? t : splat(0);
    return t > threshold ? x : (positive + logarithm_of_one_and(exponential(-size))) / beta;
  }
  static V backward(V x, V dy, V beta, V threshold) {
    const V t = beta * x;
    return t > threshold ? dy : dy * logistic(t);
  }
};
