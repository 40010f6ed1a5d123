// Group normalisation: sums of each band of an image, or of a bundle in lanes, and what follows from those of all its bands. The latter in
// float64: bands are few.

void band_moments(const BandMoments& m, float* scratch, long band, Range rows) {
  ChannelMoments own = m.first;
  own.mean += band * own.channels;
  own.squares += band * own.channels;
  channel_moments(own, scratch, rows);
}

void band_gradient_sums(const BandGradientSums& s, float* scratch, long band, Range rows) {
  ChannelGradientSums own = s.first;
  own.sums += band * own.channels;
  own.products += band * own.channels;
  channel_gradient_sums(own, scratch, rows);
  float* products = own.products;
  const float* inverse = s.inverse;
  for_each_vector(own.channels, [&](long c, Mask mask) { store(products + c, load(products + c, mask) * load(inverse + c, mask), mask); });
}

// Numbers that went into a group's sums.
inline double count_group(const BandSums& sums) {
  double rows = 0;
  for (long band = 0; band < sums.bands; band++) rows += double(sums.rows[band]);
  return rows * double(sums.row.channels / sums.groups);
}

// For each image the sum of term(channel, band, place in the arrays) over a group's channels and their bands.
struct GroupSum {
  double of[BUNDLE_IMAGES] = {};
};

template <typename Term>
inline GroupSum sum_group(const BandSums& sums, long block, long group, Term term) {
  const long columns = sums.row.columns_per_channel, channels = sums.row.channels, size = channels / sums.groups;
  GroupSum sum;
  for (long c = group * size; c < (group + 1) * size; c++) {
    for (long band = 0; band < sums.bands; band++) {
      const long at = ((block * sums.bands + band) * channels + c) * columns;
      for (long i = 0; i < columns; i++) sum.of[i] += term(c, band, i, at + i);
    }
  }
  return sum;
}

// Calls visit(channel, column, place in a row) for each number of a group's row.
template <typename Visit>
inline void for_each_of_group(const BandSums& sums, long group, Visit visit) {
  const long columns = sums.row.columns_per_channel, size = sums.row.channels / sums.groups;
  for (long c = group * size; c < (group + 1) * size; c++) {
    for (long i = 0; i < columns; i++) visit(c, i, c * columns + i);
  }
}

void group_coefficients(const GroupCoefficients& n, long block, long images) {
  const BandSums& sums = n.sums;
  const double count = count_group(sums);
  for (long group = 0; group < sums.groups; group++) {
    const GroupSum weighted =
        sum_group(sums, block, group, [&](long, long band, long, long at) { return double(sums.first[at]) * double(sums.rows[band]); });
    // Chan, Golub and LeVeque's rule: the squares about the common mean, from those about each channel's and band's own.
    const GroupSum squares = sum_group(sums, block, group, [&](long, long band, long i, long at) {
      const double apart = double(sums.first[at]) - weighted.of[i] / count;
      return double(sums.second[at]) + apart * apart * double(sums.rows[band]);
    });
    for_each_of_group(sums, group, [&](long c, long i, long at) {
      // A number that is alone is its own mean and normalises to 0; where there is no image, nothing is to be had.
      const bool has_deviation = i < images && count > 1;
      const double mean = i < images ? weighted.of[i] / count : 0;
      const double inverse = has_deviation ? 1.0 / __builtin_sqrt(squares.of[i] / count + n.epsilon) : 0;
      const double gain = (n.scale ? double(n.scale[c]) : 1.0) * inverse;
      n.mean[at] = float(mean);
      n.inverse[at] = float(inverse);
      n.a[at] = float(gain);
      n.d[at] = float((n.shift ? double(n.shift[c]) : 0.0) - mean * gain);
    });
  }
}

void group_gradient_coefficients(const GroupGradientCoefficients& n, long block, long images) {
  const BandSums& sums = n.sums;
  const double count = count_group(sums);
  const auto scale_of = [&](long c) { return n.scale ? double(n.scale[c]) : 1.0; };
  for (long group = 0; group < sums.groups; group++) {
    const GroupSum sum = sum_group(sums, block, group, [&](long c, long, long, long at) { return scale_of(c) * double(sums.first[at]); });
    const GroupSum product =
        sum_group(sums, block, group, [&](long c, long, long, long at) { return scale_of(c) * double(sums.second[at]); });
    for_each_of_group(sums, group, [&](long c, long i, long at) {
      const double inverse = i < images ? double(n.inverse[at]) : 0;
      const double slope = -inverse * inverse * product.of[i] / count;
      n.a[at] = float(scale_of(c) * inverse);
      n.b[at] = float(slope);
      n.d[at] = float(-inverse * sum.of[i] / count - slope * double(n.mean[at]));
    });
  }
}
