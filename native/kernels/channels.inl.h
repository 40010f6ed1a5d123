// Per-channel passes over rows × channels: batch normalisation's, and a bias's gradient.
//
// Channels need not fill vectors, so a pass works on groups of rows that do: a period of `rows` rows has channels·rows floats, a
// multiple of 16, and a coefficient per channel is repeated along it. Sums keep one running sum for each place of the
// period and fold them at the end, halving: an order that depends on the number of channels and not on the vectors' width.

// A period has at least so many floats, so that the running sums of neighbouring vectors do not wait for each other.
constexpr long kMinPeriodFloats = 128;
constexpr long kMaxPatterns = 5;

struct Period {
  long rows, floats;
};

inline Period period_of(long channels) {
  Period period{1, channels};
  while (period.floats % 16 != 0 || period.floats < kMinPeriodFloats) {
    period.rows *= 2;
    period.floats *= 2;
  }
  return period;
}

long channel_scratch_floats(long channels) { return kMaxPatterns * period_of(channels).floats; }

inline void repeat(long channels, const Period& period, const float* coefficients, float* pattern) {
  for (long row = 0; row < period.rows; row++) copy_run(pattern + row * channels, coefficients, channels);
}

// Folds a period's running sums into one sum a channel.
inline void fold(long channels, const Period& period, float* running, float* sums) {
  for (long rows = period.rows / 2; rows > 0; rows /= 2) add_run(running, running + rows * channels, rows * channels);
  copy_run(sums, running, channels);
}

// Calls visit(offset, place, mask) for each vector of the rows: `offset` in the array, `place` in the period.
template <typename Visit>
inline void for_each_in_period(long channels, const Period& period, Range rows, Visit visit) {
  const Mask all = first_lanes(kLanes);
  const long end = (rows.first + rows.count) * channels;
  long at = rows.first * channels;
  for (; at + period.floats <= end; at += period.floats) {
    for (long i = 0; i < period.floats; i += kLanes) visit(at + i, i, all);
  }
  for (long i = 0; at + i < end; i += kLanes) visit(at + i, i, first_lanes(end - at - i));
}

void sum_rows(long channels, const float* x, float* sums, float* scratch, Range rows) {
  const Period period = period_of(channels);
  zero_run(scratch, period.floats);
  for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
    store(scratch + i, load(scratch + i) + load(x + at, mask));
  });
  fold(channels, period, scratch, sums);
}

void channel_moments(long channels, const float* x, float* mean, float* squares, float* scratch, Range rows) {
  const Period period = period_of(channels);
  sum_rows(channels, x, mean, scratch, rows);
  const float share = rows.count > 0 ? 1.0f / float(rows.count) : 0.0f;
  for (long c = 0; c < channels; c++) mean[c] *= share;
  float* centre = scratch;
  float* running = scratch + period.floats;
  repeat(channels, period, mean, centre);
  zero_run(running, period.floats);
  for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
    const V deviation = load(x + at, mask) - load(centre + i, mask);
    store(running + i, fma(deviation, deviation, load(running + i)));
  });
  fold(channels, period, running, squares);
}

void scale_channels(long channels, const float* x, const float* scale, const float* shift, float* y, float* scratch, Range rows) {
  const Period period = period_of(channels);
  float* scales = scratch;
  float* shifts = scratch + period.floats;
  repeat(channels, period, scale, scales);
  repeat(channels, period, shift, shifts);
  for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
    store(y + at, fma(load(x + at, mask), load(scales + i), load(shifts + i)), mask);
  });
}

void channel_gradient_sums(long channels, const float* x, const float* dy, const float* mean, float* sums, float* products,
                           float* scratch, Range rows) {
  const Period period = period_of(channels);
  float* centre = scratch;
  float* running_sums = scratch + period.floats;
  float* running_products = running_sums + period.floats;
  repeat(channels, period, mean, centre);
  zero_run(running_sums, 2 * period.floats);
  for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
    const V gradient = load(dy + at, mask);
    const V deviation = load(x + at, mask) - load(centre + i, mask);
    store(running_sums + i, load(running_sums + i) + gradient);
    store(running_products + i, fma(gradient, deviation, load(running_products + i)));
  });
  fold(channels, period, running_sums, sums);
  fold(channels, period, running_products, products);
}

void combine_channels(long channels, const float* x, const float* dy, const float* a, const float* b, const float* d, float* dx,
                      float* scratch, Range rows) {
  const Period period = period_of(channels);
  float* as = scratch;
  float* bs = as + period.floats;
  float* ds = bs + period.floats;
  repeat(channels, period, a, as);
  repeat(channels, period, b, bs);
  repeat(channels, period, d, ds);
  for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
    const V rest = fma(load(x + at, mask), load(bs + i), load(ds + i));
    store(dx + at, fma(load(dy + at, mask), load(as + i), rest), mask);
  });
}
