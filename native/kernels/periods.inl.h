// Passes over rows × channels, such as batch normalisation's, and a bias's gradient.
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

// What a kernel over rows × channels needs of scratch.
template <typename Descriptor>
long channel_scratch_floats(const Descriptor& d) {
  return kMaxPatterns * period_of(d.channels).floats;
}

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

// sums[c] = the sum over rows of x[row, c].
inline void sum_rows_of(long channels, const float* x, float* sums, float* scratch, Range rows) {
  const Period period = period_of(channels);
  zero_run(scratch, period.floats);
  for_each_in_period(channels, period, rows,
                     [&](long at, long i, Mask mask) { store(scratch + i, load(scratch + i) + load(x + at, mask)); });
  fold(channels, period, scratch, sums);
}
