// Normalisation of a row by its own mean and variance. A row has one number a channel; or 16, one of each image in lanes, and as many
// means. To the loops both are one run of floats: sums go into 32 places in turn, which are then folded to as many as there are means, an
// order that does not depend on the vectors' width.

constexpr long kSumPlaces = 2 * BUNDLE_IMAGES;

// A number for each column of a channel; that of a row with one column 16 times.
struct RowStatistic {
  float of[BUNDLE_IMAGES];

  V at(long i, Mask mask) const { return load(of + i % BUNDLE_IMAGES, mask); }
};

// The sum over the row of what `add(i, mask, sum)` adds to `sum`, divided by the channels.
template <typename Add>
inline RowStatistic average_row(const WideRow& row, Add add) {
  const long width = row.width();
  const Mask all = first_lanes(kLanes);
  V running[kSumPlaces / kLanes];
  for (V& sum : running) sum = splat(0);
  long at = 0;
  for (; at + kSumPlaces <= width; at += kSumPlaces) {
    for (long i = 0; i < kSumPlaces; i += kLanes) running[i / kLanes] = add(at + i, all, running[i / kLanes]);
  }
  for (long i = 0; at + i < width; i += kLanes) running[i / kLanes] = add(at + i, first_lanes(width - at - i), running[i / kLanes]);
  float sums[kSumPlaces];
  for (long i = 0; i < kSumPlaces; i += kLanes) store(sums + i, running[i / kLanes]);
  for (long half = BUNDLE_IMAGES; half >= row.columns_per_channel; half /= 2) {
    for (long i = 0; i < half; i++) sums[i] += sums[i + half];
  }
  RowStatistic average;
  for (long i = 0; i < BUNDLE_IMAGES; i++) average.of[i] = sums[i % row.columns_per_channel] / float(row.channels);
  return average;
}

struct RowMoments {
  RowStatistic mean;
  RowStatistic inverse;  // of the deviation
};

inline RowMoments moments_of_row(const WideRow& row, const float* x, float epsilon) {
  RowMoments moments;
  const RowStatistic mean = average_row(row, [&](long i, Mask mask, V sum) { return sum + load(x + i, mask); });
  const RowStatistic variance = average_row(row, [&](long i, Mask mask, V sum) {
    const V deviation = load(x + i, mask) - mean.at(i, mask);
    return fma(deviation, deviation, sum);
  });
  moments.mean = mean;
  for (long i = 0; i < BUNDLE_IMAGES; i += kLanes) {
    store(moments.inverse.of + i, splat(1.0f) / square_root(load(variance.of + i) + splat(epsilon)));
  }
  return moments;
}

void normalize_rows(const NormalizeRows& n, Range rows) {
  const WideRow row = n.row;
  const float* scale = n.scale;
  const float* shift = n.shift;
  const long width = row.width();
  for (long r = rows.first; r < rows.first + rows.count; r++) {
    const float* x = n.x + r * width;
    float* y = n.y + r * width;
    const RowMoments moments = moments_of_row(row, x, n.epsilon);
    for_each_vector(width, [&](long i, Mask mask) {
      const V normal = (load(x + i, mask) - moments.mean.at(i, mask)) * moments.inverse.at(i, mask);
      const V scaled = scale ? normal * load(scale + i, mask) : normal;
      store(y + i, shift ? scaled + load(shift + i, mask) : scaled, mask);
    });
  }
}

// With g = dy·scale: dx = (g − mean(g) − normal·mean(g·normal))·inverse. The sums of d_scale and d_shift are chains over ascending rows.
void normalize_rows_backward(const NormalizeRowsBackward& n, Range rows) {
  const WideRow row = n.row;
  const float* scale = n.scale;
  float* d_scale = n.d_scale;
  float* d_shift = n.d_shift;
  const long width = row.width();
  if (d_scale) zero_run(d_scale, width);
  if (d_shift) zero_run(d_shift, width);
  for (long r = rows.first; r < rows.first + rows.count; r++) {
    const float* x = n.x + r * width;
    const float* dy = n.dy + r * width;
    const RowMoments moments = moments_of_row(row, x, n.epsilon);
    const auto normal_at = [&](long i, Mask mask) { return (load(x + i, mask) - moments.mean.at(i, mask)) * moments.inverse.at(i, mask); };
    const auto gradient_at = [&](long i, Mask mask) {
      const V gradient = load(dy + i, mask);
      return scale ? gradient * load(scale + i, mask) : gradient;
    };
    if (d_shift) add_run(d_shift, dy, width);
    if (d_scale) {
      for_each_vector(width, [&](long i, Mask mask) {
        store(d_scale + i, fma(load(dy + i, mask), normal_at(i, mask), load(d_scale + i, mask)), mask);
      });
    }
    if (!n.dx) continue;
    float* dx = n.dx + r * width;
    const RowStatistic gradient = average_row(row, [&](long i, Mask mask, V sum) { return sum + gradient_at(i, mask); });
    const RowStatistic product =
        average_row(row, [&](long i, Mask mask, V sum) { return fma(gradient_at(i, mask), normal_at(i, mask), sum); });
    for_each_vector(width, [&](long i, Mask mask) {
      const V rest = gradient_at(i, mask) - gradient.at(i, mask);
      store(dx + i, fma(-normal_at(i, mask), product.at(i, mask), rest) * moments.inverse.at(i, mask), mask);
    });
  }
}
