// Batch normalisation's work, channel by channel. The meanings stand in src/kernels/interface/channels.ts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../constants.h"
#include "../family.h"

namespace convoy {

struct ChannelMoments {
  static constexpr char kName[] = "bindChannelMoments";
  typedef void (*Run)(const ChannelMoments&, float* scratch, Range rows);

  long channels;
  const float* x;
  float* mean;
  float* squares;
  long rows;

  template <typename Reader>
  static ChannelMoments read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x");
    const auto mean = from.output("mean"), squares = from.output("squares");
    from.holds(mean, channels);
    from.holds(squares, channels);
    return {channels, x.data, mean.data, squares.data, from.pieces(x, channels)};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct ScaleChannels {
  static constexpr char kName[] = "bindScaleChannels";
  typedef void (*Run)(const ScaleChannels&, float* scratch, Range rows);

  long channels;
  const float* x;
  const float* scale;
  const float* shift;
  bool rectified;
  float* y;
  long rows;

  template <typename Reader>
  static ScaleChannels read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x"), scale = from.floats("scale"), shift = from.floats("shift");
    const bool rectified = from.boolean("rectified");
    const auto y = from.output("y");
    from.may_be(y, x);
    from.holds(scale, channels);
    from.holds(shift, channels);
    return {channels, x.data, scale.data, shift.data, rectified, y.data, least(from.pieces(x, channels), from.pieces(y, channels))};
  }
  bool allows(Range some) const { return some.within(rows); }
};

// What a ReLU came behind, x·scale + shift; both null if none did.
template <typename Reader, typename Floats>
void hold_rectifier(Reader& from, const Floats& scale, const Floats& shift, long channels) {
  from.expect((scale.data == nullptr) == (shift.data == nullptr), "shift", "null with scale, and not without it");
  if (scale.data) from.holds(scale, channels);
  if (shift.data) from.holds(shift, channels);
}

struct ChannelGradientSums {
  static constexpr char kName[] = "bindChannelGradientSums";
  typedef void (*Run)(const ChannelGradientSums&, float* scratch, Range rows);

  long channels;
  const float* x;
  const float* dy;
  const float* mean;
  const float* scale;  // of what a ReLU came behind; null if none did
  const float* shift;  // likewise
  float* sums;
  float* products;
  long rows;

  template <typename Reader>
  static ChannelGradientSums read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x"), dy = from.floats("dy"), mean = from.floats("mean");
    const auto scale = from.floats_or_null("scale"), shift = from.floats_or_null("shift");
    const auto sums = from.output("sums"), products = from.output("products");
    from.holds(mean, channels);
    hold_rectifier(from, scale, shift, channels);
    from.holds(sums, channels);
    from.holds(products, channels);
    const long rows = least(from.pieces(x, channels), from.pieces(dy, channels));
    return {channels, x.data, dy.data, mean.data, scale.data, shift.data, sums.data, products.data, rows};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct CombineChannels {
  static constexpr char kName[] = "bindCombineChannels";
  typedef void (*Run)(const CombineChannels&, float* scratch, Range rows);

  long channels;
  const float* x;
  const float* dy;
  const float* a;
  const float* b;
  const float* d;
  const float* scale;  // as for ChannelGradientSums, likewise shift
  const float* shift;
  float* dx;
  long rows;

  template <typename Reader>
  static CombineChannels read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x"), dy = from.floats("dy"), a = from.floats("a"), b = from.floats("b"), d = from.floats("d");
    const auto scale = from.floats_or_null("scale"), shift = from.floats_or_null("shift");
    const auto dx = from.output("dx");
    from.holds(a, channels);
    from.holds(b, channels);
    from.holds(d, channels);
    hold_rectifier(from, scale, shift, channels);
    const long rows = least(from.pieces(x, channels), from.pieces(dy, channels), from.pieces(dx, channels));
    return {channels, x.data, dy.data, a.data, b.data, d.data, scale.data, shift.data, dx.data, rows};
  }
  bool allows(Range some) const { return some.within(rows); }
};

// What the parts of a mini-batch leave of a channel's sums: of each part 1 or 16 columns for each channel, parts×channels×columns.
struct PartSums {
  long channels, columns_per_channel;
  const int32_t* cuts;  // of each part its rows, and the images of a row
  const float* first;
  const float* second;
  long parts;

  size_t width() const { return size_t(channels) * columns_per_channel; }

  template <typename Reader>
  static PartSums read(Reader& from, const char* first_name, const char* second_name) {
    const long channels = from.integer("channels", 1), columns = from.integer("columnsPerChannel", 1);
    from.expect(columns == 1 || columns == BUNDLE_IMAGES, "columnsPerChannel", "1 or 16");
    const auto cuts = from.integers("cuts");
    const auto first = from.floats(first_name), second = from.floats(second_name);
    const size_t width = size_t(channels) * columns;
    const long parts = least(from.pieces(cuts, 2), from.pieces(first, width), from.pieces(second, width));
    return {channels, columns, cuts.data, first.data, second.data, parts};
  }
  bool allows(long some) const {
    bool fit = some > 0 && some <= parts;
    for (long part = 0; fit && part < some; part++) fit = cuts[2 * part + 1] >= 0 && cuts[2 * part + 1] <= columns_per_channel;
    return fit;
  }
};

struct NormalizationCoefficients {
  static constexpr char kName[] = "bindNormalizationCoefficients";
  static constexpr char kAllows[] = "parts within the arrays that were bound, of no more images a row than a channel has columns";
  typedef void (*Run)(const NormalizationCoefficients&, long parts);

  PartSums sums;
  const float* scale;  // may be null
  const float* shift;  // may be null
  double epsilon;
  float* statistics;
  float* mean;
  float* a;
  float* d;

  template <typename Reader>
  static NormalizationCoefficients read(Reader& from) {
    const auto sums = PartSums::read(from, "means", "squares");
    const auto scale = from.floats_or_null("scale"), shift = from.floats_or_null("shift");
    const double epsilon = from.number("epsilon");
    const auto statistics = from.output("statistics"), mean = from.output("mean"), a = from.output("a"), d = from.output("d");
    if (scale.data) from.holds(scale, sums.channels);
    if (shift.data) from.holds(shift, sums.channels);
    from.holds(statistics, 3 * sums.channels);
    from.holds(mean, sums.width());
    from.holds(a, sums.width());
    from.holds(d, sums.width());
    return {sums, scale.data, shift.data, epsilon, statistics.data, mean.data, a.data, d.data};
  }
  bool allows(long parts) const { return sums.allows(parts); }
};

struct NormalizationGradientCoefficients {
  static constexpr char kName[] = "bindNormalizationGradientCoefficients";
  static constexpr char kAllows[] = "parts within the arrays that were bound, of no more images a row than a channel has columns";
  typedef void (*Run)(const NormalizationGradientCoefficients&, long parts);

  PartSums sums;
  const float* scale;  // may be null
  const float* statistics;
  float* a;
  float* b;
  float* d;
  float* d_scale;
  float* d_shift;

  template <typename Reader>
  static NormalizationGradientCoefficients read(Reader& from) {
    const auto sums = PartSums::read(from, "sums", "products");
    const auto scale = from.floats_or_null("scale");
    const auto statistics = from.floats("statistics");
    const auto a = from.output("a"), b = from.output("b"), d = from.output("d");
    const auto d_scale = from.output("dScale"), d_shift = from.output("dShift");
    if (scale.data) from.holds(scale, sums.channels);
    from.holds(statistics, 3 * sums.channels);
    from.holds(a, sums.width());
    from.holds(b, sums.width());
    from.holds(d, sums.width());
    from.holds(d_scale, sums.channels);
    from.holds(d_shift, sums.channels);
    return {sums, scale.data, statistics.data, a.data, b.data, d.data, d_scale.data, d_shift.data};
  }
  bool allows(long parts) const { return sums.allows(parts); }
};

using ChannelKernels = Family<ChannelMoments, ScaleChannels, ChannelGradientSums, CombineChannels, NormalizationCoefficients,
                              NormalizationGradientCoefficients>;

}  // namespace convoy
