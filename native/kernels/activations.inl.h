// Elementwise layers. Backward passes read the forward output, which may have overwritten the input, where it tells enough of it.

// Calls visit(offset, mask) for each vector of the elements.
template <typename Visit>
inline void for_each_element(Range elements, Visit visit) {
  const Mask all = first_lanes(kLanes);
  const long end = elements.first + elements.count;
  long at = elements.first;
  for (; at + kLanes <= end; at += kLanes) visit(at, all);
  if (at < end) visit(at, first_lanes(end - at));
}

void relu_forward(const float* x, float* y, Range elements) {
  const V zero = splat(0);
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    // NaN compares false and passes through.
    store(y + i, value <= zero ? zero : value, mask);
  });
}

void relu_backward(const float* y, const float* dy, float* dx, Range elements) {
  const V zero = splat(0);
  for_each_element(elements, [&](long i, Mask mask) {
    store(dx + i, load(y + i, mask) > zero ? load(dy + i, mask) : zero, mask);
  });
}

void sigmoid_forward(const float* x, float* y, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) { store(y + i, logistic(load(x + i, mask)), mask); });
}

void sigmoid_backward(const float* y, const float* dy, float* dx, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(y + i, mask);
    store(dx + i, load(dy + i, mask) * (value * (splat(1.0f) - value)), mask);
  });
}

void tanh_forward(const float* x, float* y, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) { store(y + i, hyperbolic_tangent(load(x + i, mask)), mask); });
}

void tanh_backward(const float* y, const float* dy, float* dx, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(y + i, mask);
    store(dx + i, load(dy + i, mask) * fma(-value, value, splat(1.0f)), mask);
  });
}

void leaky_relu_forward(const float* x, float* y, float slope, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    store(y + i, value > splat(0) ? value : value * splat(slope), mask);
  });
}

void leaky_relu_backward(const float* y, const float* dy, float* dx, float slope, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V gradient = load(dy + i, mask);
    store(dx + i, load(y + i, mask) > splat(0) ? gradient : gradient * splat(slope), mask);
  });
}

void elu_forward(const float* x, float* y, float alpha, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    store(y + i, value > splat(0) ? value : splat(alpha) * exponential_less_one(value), mask);
  });
}

void elu_backward(const float* y, const float* dy, float* dx, float alpha, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(y + i, mask);
    const V gradient = load(dy + i, mask);
    store(dx + i, value > splat(0) ? gradient : gradient * (value + splat(alpha)), mask);
  });
}
