// Softmax over channels, of powers of what is left from the greatest, so that none overflows. A channel with one column a row fills vectors with
// channels, and its sums are single numbers in double precision; one with more fills them with columns, and each column has a sum of its own.

// e^(x - greatest); NaN where x is not finite.
inline V power_below(V x, V greatest) { return fma(x, splat(0), exponential(x - greatest)); }

inline void softmax_of_vector(long channels, const float* x, float* y) {
  float greatest = x[0];
  for (long c = 1; c < channels; c++) greatest = x[c] > greatest ? x[c] : greatest;
  for_each_vector(channels, [&](long c, Mask mask) { store(y + c, power_below(load(x + c, mask), splat(greatest)), mask); });
  double sum = 0;
  for (long c = 0; c < channels; c++) sum += double(y[c]);
  const V divisor = splat(float(sum));
  for_each_vector(channels, [&](long c, Mask mask) { store(y + c, load(y + c, mask) / divisor, mask); });
}

inline void softmax_of_columns(const ColumnSizes& sizes, const float* x, float* y) {
  const long end = sizes.row_floats();
  for_each_vector(sizes.columns, [&](long first, Mask mask) {
    V greatest = load(x + first, mask);
    for (long i = first + sizes.columns; i < end; i += sizes.columns) {
      const V value = load(x + i, mask);
      greatest = value > greatest ? value : greatest;
    }
    V sum = splat(0);
    for (long i = first; i < end; i += sizes.columns) {
      const V power = power_below(load(x + i, mask), greatest);
      store(y + i, power, mask);
      sum += power;
    }
    for (long i = first; i < end; i += sizes.columns) store(y + i, load(y + i, mask) / sum, mask);
  });
}

void softmax_forward(const SoftmaxForward& s, Range rows) {
  const long floats = s.sizes.row_floats();
  for (long row = rows.first; row < rows.first + rows.count; row++) {
    const float* x = s.x + row * floats;
    float* y = s.y + row * floats;
    if (s.sizes.columns == 1) {
      softmax_of_vector(s.sizes.channels, x, y);
    } else {
      softmax_of_columns(s.sizes, x, y);
    }
  }
}

inline void softmax_gradient_of_vector(long channels, const float* y, const float* dy, float* dx) {
  double product = 0;
  for (long c = 0; c < channels; c++) product += double(dy[c]) * double(y[c]);
  const V mean = splat(float(product));
  for_each_vector(channels, [&](long c, Mask mask) { store(dx + c, load(y + c, mask) * (load(dy + c, mask) - mean), mask); });
}

inline void softmax_gradient_of_columns(const ColumnSizes& sizes, const float* y, const float* dy, float* dx) {
  const long end = sizes.row_floats();
  for_each_vector(sizes.columns, [&](long first, Mask mask) {
    V mean = splat(0);
    for (long i = first; i < end; i += sizes.columns) mean = fma(load(dy + i, mask), load(y + i, mask), mean);
    for (long i = first; i < end; i += sizes.columns) store(dx + i, load(y + i, mask) * (load(dy + i, mask) - mean), mask);
  });
}

void softmax_backward(const SoftmaxBackward& s, Range rows) {
  const long floats = s.sizes.row_floats();
  for (long row = rows.first; row < rows.first + rows.count; row++) {
    const long at = row * floats;
    if (s.sizes.columns == 1) {
      softmax_gradient_of_vector(s.sizes.channels, s.y + at, s.dy + at, s.dx + at);
    } else {
      softmax_gradient_of_columns(s.sizes, s.y + at, s.dy + at, s.dx + at);
    }
  }
}

constexpr SoftmaxKernels kSoftmaxKernels = {{softmax_forward}, {softmax_backward}};
