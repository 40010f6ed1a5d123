// Local response normalisation. A row's squares lie in scratch between zeros for the neighbours that its ends lack, so that every channel has a
// whole window there; a neighbour is `columns_per_channel` floats further on.

template <typename Descriptor>
long response_scratch_floats(const Descriptor& d) {
  return 2 * d.response.padded_width() + d.response.row.width();
}

// A row with zeros for so many channels before and behind it.
class PaddedRow {
 public:
  PaddedRow(float* padded, const WideRow& row, long before, long after)
      : columns_(row.columns_per_channel), window_(before + 1 + after), padded_(padded), own_(padded + before * columns_) {
    zero_run(padded, before * columns_);
    zero_run(own_ + row.width(), after * columns_);
  }

  void set(long i, V value, Mask mask) { store(own_ + i, value, mask); }

  // The sum over the window of each of some numbers, of ascending channels.
  V sum_window(long i, Mask mask) const {
    V sum = splat(0);
    for (long t = 0; t < window_; t++) sum += load(padded_ + i + t * columns_, mask);
    return sum;
  }

 private:
  long columns_, window_;
  float* padded_;
  float* own_;
};

inline void set_squares(PaddedRow& squares, const float* x, long width) {
  for_each_vector(width, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    squares.set(i, value * value, mask);
  });
}

// s^-beta for s = k + share·(the sum of squares).
inline V power_of_response(V s, float beta) { return exponential(splat(-beta) * logarithm(s)); }

void response_forward(const ResponseForward& n, float* scratch, Range rows) {
  const Response p = n.response;
  const long width = p.row.width();
  PaddedRow squares(scratch, p.row, p.before, p.after);
  for (long r = rows.first; r < rows.first + rows.count; r++) {
    const float* x = n.x + r * width;
    float* y = n.y + r * width;
    set_squares(squares, x, width);
    for_each_vector(width, [&](long i, Mask mask) {
      const V s = fma(splat(p.share), squares.sum_window(i, mask), splat(p.k));
      store(y + i, load(x + i, mask) * power_of_response(s, p.beta), mask);
    });
  }
}

// dx = dy·s^-beta − 2·share·beta·x·(the sum of dy·x·s^(-beta - 1) over the channels whose windows hold this one): a window that reaches as far
// the other way.
void response_backward(const ResponseBackward& n, float* scratch, Range rows) {
  const Response p = n.response;
  const long width = p.row.width();
  PaddedRow squares(scratch, p.row, p.before, p.after);
  PaddedRow products(scratch + p.padded_width(), p.row, p.after, p.before);
  float* powers = scratch + 2 * p.padded_width();
  const V factor = splat(-2.0f * p.share * p.beta);
  for (long r = rows.first; r < rows.first + rows.count; r++) {
    const float* x = n.x + r * width;
    const float* dy = n.dy + r * width;
    float* dx = n.dx + r * width;
    set_squares(squares, x, width);
    for_each_vector(width, [&](long i, Mask mask) {
      const V s = fma(splat(p.share), squares.sum_window(i, mask), splat(p.k));
      const V power = power_of_response(s, p.beta);
      store(powers + i, power, mask);
      products.set(i, load(dy + i, mask) * load(x + i, mask) * power / s, mask);
    });
    for_each_vector(width, [&](long i, Mask mask) {
      const V through = factor * load(x + i, mask) * products.sum_window(i, mask);
      store(dx + i, fma(load(dy + i, mask), load(powers + i, mask), through), mask);
    });
  }
}
