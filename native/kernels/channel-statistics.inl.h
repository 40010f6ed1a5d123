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

// Channels whose sums are found together: a vector's where each is one column, and one where its columns fill a vector.
constexpr long kChannelsTogether = 16;
static_assert(kChannelsTogether >= BUNDLE_IMAGES);

inline long channels_together(const PartSums& sums) { return sums.columns_per_channel == 1 ? kChannelsTogether : 1; }

// The parts' sums of some channels, of which other cores have written many: asked for all at once, they do not come one after another.
inline void fetch_sums(const PartSums& sums, long parts, long channel) {
  if (channel >= sums.channels) return;
  for (long part = 0; part < parts; part++) {
    const long at = (part * sums.channels + channel) * sums.columns_per_channel;
    __builtin_prefetch(sums.first + at);
    __builtin_prefetch(sums.second + at);
  }
}

// The sums of term(part, place in the arrays, which of the channels) over parts and columns, for some channels that are found together: a chain of ascending
// parts for each column, then a tree over the columns.
template <typename Term>
inline void sum_parts(const PartSums& sums, long parts, Range channels, Term term, double* of_channels) {
  double column[kChannelsTogether] = {};
  const bool whole = channels.count == kChannelsTogether;
  for (long part = 0; part < parts; part++) {
    const long at = (part * sums.channels + channels.first) * sums.columns_per_channel, used = images_per_row(sums, part);
    if (sums.columns_per_channel == 1) {
      if (used == 0) continue;
      if (whole) {
        for (long i = 0; i < kChannelsTogether; i++) column[i] += term(part, at + i, i);
      } else {
        for (long i = 0; i < channels.count; i++) column[i] += term(part, at + i, i);
      }
    } else if (used == BUNDLE_IMAGES) {
      for (long i = 0; i < BUNDLE_IMAGES; i++) column[i] += term(part, at + i, 0);
    } else {
      for (long i = 0; i < used; i++) column[i] += term(part, at + i, 0);
    }
  }
  if (sums.columns_per_channel > 1) {
    for (long half = BUNDLE_IMAGES / 2; half > 0; half /= 2) {
      for (long i = 0; i < half; i++) column[i] += column[i + half];
    }
  }
  for (long i = 0; i < channels.count; i++) of_channels[i] = column[i];
}

// Calls visit with the channels that are found together.
template <typename Visit>
inline void for_channels_together(const PartSums& sums, long parts, Visit visit) {
  const long together = channels_together(sums);
  fetch_sums(sums, parts, 0);
  for (long first = 0; first < sums.channels; first += together) {
    fetch_sums(sums, parts, first + together);
    visit(Range{first, min(together, sums.channels - first)});
  }
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
  for_channels_together(sums, parts, [&](Range channels) {
    double weighted[kChannelsTogether], squares[kChannelsTogether], means[kChannelsTogether];
    const auto weigh = [&](long part, long at, long) { return double(sums.first[at]) * double(rows_of(sums, part)); };
    sum_parts(sums, parts, channels, weigh, weighted);
    for (long i = 0; i < channels.count; i++) means[i] = weighted[i] / count;
    // Chan, Golub and LeVeque's rule: the squares about the common mean, from those about each part's own.
    const auto move = [&](long part, long at, long i) {
      const double apart = double(sums.first[at]) - means[i];
      return double(sums.second[at]) + apart * apart * double(rows_of(sums, part));
    };
    sum_parts(sums, parts, channels, move, squares);
    for (long i = 0; i < channels.count; i++) {
      const long c = channels.first + i;
      const double variance = squares[i] / count;
      const double inverse = 1.0 / __builtin_sqrt(variance + n.epsilon);
      const double gain = gain_of(count, n.scale, c, inverse);
      repeat_in_columns(sums, c, means[i], n.mean);
      repeat_in_columns(sums, c, gain, n.a);
      repeat_in_columns(sums, c, (n.shift ? double(n.shift[c]) : 0.0) - means[i] * gain, n.d);
      n.statistics[c] = float(means[i]);
      n.statistics[sums.channels + c] = float(variance);
      n.statistics[2 * sums.channels + c] = float(inverse);
    }
  });
}

void normalization_gradient_coefficients(const NormalizationGradientCoefficients& n, long parts) {
  const PartSums& sums = n.sums;
  const double count = count_numbers(sums, parts);
  for_channels_together(sums, parts, [&](Range channels) {
    double of_gradient[kChannelsTogether], of_products[kChannelsTogether];
    sum_parts(sums, parts, channels, [&](long, long at, long) { return double(sums.first[at]); }, of_gradient);
    sum_parts(sums, parts, channels, [&](long, long at, long) { return double(sums.second[at]); }, of_products);
    for (long i = 0; i < channels.count; i++) {
      const long c = channels.first + i;
      const double sum = of_gradient[i], product = of_products[i];
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
  });
}
