// Batch normalisation's coefficients, from what each part of the mini-batch has summed. In float64: the parts' sums are few, and the
// workers all compute the same.

inline long rows_of(const PartSums& sums, long part) { return sums.cuts[2 * part]; }
inline long images_per_row(const PartSums& sums, long part) { return sums.cuts[2 * part + 1]; }

// Numbers that went into a channel's sums.
inline double count_numbers(const PartSums& sums, long parts) {
  double count = 0;
  for (long part = 0; part < parts; part++) count += double(rows_of(sums, part)) * double(images_per_row(sums, part));
  return count;
}

// The sum of term(part, place in the arrays) over parts and columns: a chain of ascending parts for each column, then a tree over
// the columns.
template <typename Term>
inline double sum_parts(const PartSums& sums, long parts, long channel, Term term) {
  double column[BUNDLE_IMAGES] = {};
  for (long part = 0; part < parts; part++) {
    const long at = (part * sums.channels + channel) * sums.columns_per_channel, used = images_per_row(sums, part);
    if (used == BUNDLE_IMAGES) {
      for (long i = 0; i < BUNDLE_IMAGES; i++) column[i] += term(part, at + i);
    } else {
      for (long i = 0; i < used; i++) column[i] += term(part, at + i);
    }
  }
  for (long half = BUNDLE_IMAGES / 2; half > 0; half /= 2) {
    for (long i = 0; i < half; i++) column[i] += column[i + half];
  }
  return column[0];
}

// The gain of x·a + d. A number that is alone is its own mean and normalises to 0, of which x·a − mean·a would leave the rounding error.
inline double gain_of(double count, const float* scale, long channel, double inverse) {
  if (count == 1) return 0;
  return (scale ? double(scale[channel]) : 1.0) * inverse;
}

inline void repeat_in_columns(const PartSums& sums, long channel, double value, float* to) {
  for (long i = 0; i < sums.columns_per_channel; i++) to[channel * sums.columns_per_channel + i] = float(value);
}

void normalization_coefficients(const NormalizationCoefficients& n, long parts) {
  const PartSums& sums = n.sums;
  const double count = count_numbers(sums, parts);
  for (long c = 0; c < sums.channels; c++) {
    const double weighted =
        sum_parts(sums, parts, c, [&](long part, long at) { return double(sums.first[at]) * double(rows_of(sums, part)); });
    const double batch_mean = weighted / count;
    // Chan, Golub and LeVeque's rule: the squares about the common mean, from those about each part's own.
    const double squares = sum_parts(sums, parts, c, [&](long part, long at) {
      const double apart = double(sums.first[at]) - batch_mean;
      return double(sums.second[at]) + apart * apart * double(rows_of(sums, part));
    });
    const double variance = squares / count;
    const double inverse = 1.0 / __builtin_sqrt(variance + n.epsilon);
    const double gain = gain_of(count, n.scale, c, inverse);
    repeat_in_columns(sums, c, batch_mean, n.mean);
    repeat_in_columns(sums, c, gain, n.a);
    repeat_in_columns(sums, c, (n.shift ? double(n.shift[c]) : 0.0) - batch_mean * gain, n.d);
    n.statistics[c] = float(batch_mean);
    n.statistics[sums.channels + c] = float(variance);
    n.statistics[2 * sums.channels + c] = float(inverse);
  }
}

void normalization_gradient_coefficients(const NormalizationGradientCoefficients& n, long parts) {
  const PartSums& sums = n.sums;
  const double count = count_numbers(sums, parts);
  for (long c = 0; c < sums.channels; c++) {
    const double sum = sum_parts(sums, parts, c, [&](long, long at) { return double(sums.first[at]); });
    const double product = sum_parts(sums, parts, c, [&](long, long at) { return double(sums.second[at]); });
    const double mean = double(n.statistics[c]);
    const double inverse = double(n.statistics[2 * sums.channels + c]);
    const double gain = gain_of(count, n.scale, c, inverse);
    const double slope = -gain * inverse * inverse * product / count;
    repeat_in_columns(sums, c, gain, n.a);
    repeat_in_columns(sums, c, slope, n.b);
    repeat_in_columns(sums, c, -gain * sum / count - slope * mean, n.d);
    n.d_scale[c] = float(product * inverse);
    n.d_shift[c] = float(sum);
  }
}
