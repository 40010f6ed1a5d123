// Normalisation of each image by itself. The meanings stand in src/kernels/interface/normalization.ts.
#pragma once

#include <cfloat>

#include "../constants.h"
#include "../family.h"
#include "../sizes.h"
#include "channels.h"

namespace convoy {

// A row of so many channels, each with one number, or with one of each image of a bundle in lanes.
struct WideRow {
  long channels, columns_per_channel;

  long width() const { return product(channels, columns_per_channel); }

  template <typename Reader>
  static WideRow read(Reader& from) {
    const long channels = from.integer("channels", 1), columns = from.integer("columnsPerChannel", 1);
    from.expect(columns == 1 || columns == BUNDLE_IMAGES, "columnsPerChannel", "1 or 16");
    return {channels, columns};
  }
};

struct NormalizeRows {
  static constexpr char kName[] = "bindNormalizeRows";
  typedef void (*Run)(const NormalizeRows&, Range rows);

  WideRow row;
  const float* x;
  const float* scale;  // may be null
  const float* shift;  // may be null
  float epsilon;
  float* y;
  long rows;

  template <typename Reader>
  static NormalizeRows read(Reader& from) {
    const WideRow row = WideRow::read(from);
    const auto x = from.floats("x"), scale = from.floats_or_null("scale"), shift = from.floats_or_null("shift");
    const auto y = from.output("y");
    if (scale.data) from.holds(scale, row.width());
    if (shift.data) from.holds(shift, row.width());
    const float epsilon = float(from.number("epsilon"));
    return {row, x.data, scale.data, shift.data, epsilon, y.data, least(from.pieces(x, row.width()), from.pieces(y, row.width()))};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct NormalizeRowsBackward {
  static constexpr char kName[] = "bindNormalizeRowsBackward";
  typedef void (*Run)(const NormalizeRowsBackward&, Range rows);

  WideRow row;
  const float* x;
  const float* dy;
  const float* scale;  // may be null
  float epsilon;
  float* dx;       // may be null
  float* d_scale;  // may be null
  float* d_shift;  // may be null
  long rows;

  template <typename Reader>
  static NormalizeRowsBackward read(Reader& from) {
    const WideRow row = WideRow::read(from);
    const long width = row.width();
    const auto x = from.floats("x"), dy = from.floats("dy"), scale = from.floats_or_null("scale");
    const auto dx = from.output_or_null("dx"), d_scale = from.output_or_null("dScale"), d_shift = from.output_or_null("dShift");
    if (scale.data) from.holds(scale, width);
    if (d_scale.data) from.holds(d_scale, width);
    if (d_shift.data) from.holds(d_shift, width);
    const float epsilon = float(from.number("epsilon"));
    const long most = least(from.pieces(x, width), from.pieces(dy, width));
    return {row,          x.data,       dy.data,
            scale.data,   epsilon,      dx.data,
            d_scale.data, d_shift.data, dx.data ? least(most, from.pieces(dx, width)) : most};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct BandMoments {
  static constexpr char kName[] = "bindBandMoments";
  typedef void (*Run)(const BandMoments&, float* scratch, long band, Range rows);

  ChannelMoments first;  // of the first band
  long bands;

  template <typename Reader>
  static BandMoments read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x");
    const auto means = from.output("means"), squares = from.output("squares");
    from.holds(means, channels);
    return {{channels, x.data, means.data, squares.data, from.pieces(x, channels)},
            least(from.pieces(means, channels), from.pieces(squares, channels))};
  }
  bool allows(long band, Range some) const { return band >= 0 && band < bands && first.allows(some); }
};

struct BandGradientSums {
  static constexpr char kName[] = "bindBandGradientSums";
  typedef void (*Run)(const BandGradientSums&, float* scratch, long band, Range rows);

  ChannelGradientSums first;  // of the first band
  const float* inverse;
  long bands;

  template <typename Reader>
  static BandGradientSums read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x"), dy = from.floats("dy"), mean = from.floats("mean"), inverse = from.floats("inverse");
    const auto sums = from.output("sums"), products = from.output("products");
    from.holds(mean, channels);
    from.holds(inverse, channels);
    return {{channels, x.data, dy.data, mean.data, nullptr, nullptr, sums.data, products.data,
             least(from.pieces(x, channels), from.pieces(dy, channels))},
            inverse.data,
            least(from.pieces(sums, channels), from.pieces(products, channels))};
  }
  bool allows(long band, Range some) const { return band >= 0 && band < bands && first.allows(some); }
};

// What the bands of an image, or of a bundle in lanes, leave of its sums.
struct BandSums {
  WideRow row;
  long groups;
  const int32_t* rows;  // of each band
  long bands;
  const float* first;
  const float* second;
  long blocks;  // images or bundles

  template <typename Reader>
  static BandSums read(Reader& from, const char* first_name, const char* second_name) {
    const WideRow row = WideRow::read(from);
    const long groups = from.integer("groups", 1);
    from.expect(row.channels % groups == 0, "groups", "groups that divide the channels");
    const auto rows = from.integers("bandRows");
    from.holds(rows, 1);
    const auto first = from.floats(first_name), second = from.floats(second_name);
    const long bands = long(rows.length);
    const long floats = product(bands, row.width());
    return {row, groups, rows.data, bands, first.data, second.data, least(from.pieces(first, floats), from.pieces(second, floats))};
  }
  bool allows(long block, long images) const { return block >= 0 && block < blocks && images > 0 && images <= row.columns_per_channel; }
};

struct GroupCoefficients {
  static constexpr char kName[] = "bindGroupCoefficients";
  static constexpr char kAllows[] = "a block within the arrays that were bound, of no more images than a channel has columns";
  typedef void (*Run)(const GroupCoefficients&, long block, long images);

  BandSums sums;
  const float* scale;  // may be null
  const float* shift;  // may be null
  double epsilon;
  float* mean;
  float* inverse;
  float* a;
  float* d;

  template <typename Reader>
  static GroupCoefficients read(Reader& from) {
    const auto sums = BandSums::read(from, "means", "squares");
    const auto scale = from.floats_or_null("scale"), shift = from.floats_or_null("shift");
    const double epsilon = from.number("epsilon");
    const auto mean = from.output("mean"), inverse = from.output("inverse"), a = from.output("a"), d = from.output("d");
    if (scale.data) from.holds(scale, sums.row.channels);
    if (shift.data) from.holds(shift, sums.row.channels);
    for (const auto& coefficients : {mean, inverse, a, d}) from.holds(coefficients, sums.row.width());
    return {sums, scale.data, shift.data, epsilon, mean.data, inverse.data, a.data, d.data};
  }
  bool allows(long block, long images) const { return sums.allows(block, images); }
};

struct GroupGradientCoefficients {
  static constexpr char kName[] = "bindGroupGradientCoefficients";
  static constexpr char kAllows[] = "a block within the arrays that were bound, of no more images than a channel has columns";
  typedef void (*Run)(const GroupGradientCoefficients&, long block, long images);

  BandSums sums;
  const float* scale;  // may be null
  const float* mean;
  const float* inverse;
  float* a;
  float* b;
  float* d;

  template <typename Reader>
  static GroupGradientCoefficients read(Reader& from) {
    const auto sums = BandSums::read(from, "sums", "products");
    const auto scale = from.floats_or_null("scale");
    const auto mean = from.floats("mean"), inverse = from.floats("inverse");
    const auto a = from.output("a"), b = from.output("b"), d = from.output("d");
    if (scale.data) from.holds(scale, sums.row.channels);
    for (const auto& statistics : {mean, inverse}) from.holds(statistics, sums.row.width());
    for (const auto& coefficients : {a, b, d}) from.holds(coefficients, sums.row.width());
    return {sums, scale.data, mean.data, inverse.data, a.data, b.data, d.data};
  }
  bool allows(long block, long images) const { return sums.allows(block, images); }
};

// The neighbours over which a channel's response is normalised, and by what.
struct Response {
  WideRow row;
  long before, after;  // channels
  float share, beta, k;

  // Of a row with zeros for the neighbours that its ends lack.
  long padded_width() const { return (before + row.channels + after) * row.columns_per_channel; }

  template <typename Reader>
  static Response read(Reader& from) {
    const WideRow row = WideRow::read(from);
    const long before = from.integer("before"), after = from.integer("after");
    from.expect(before < row.channels, "before", "fewer than the channels");
    from.expect(after < row.channels, "after", "fewer than the channels");
    const double share = from.number("share"), beta = from.number("beta"), k = from.number("k");
    from.expect(share >= 0 && share <= FLT_MAX, "share", "a finite number, not negative");
    // With these k^(-beta - 1) is a float.
    from.expect(beta >= 0 && beta <= 2, "beta", "a number from 0 to 2");
    from.expect(k >= 1e-12 && k <= FLT_MAX, "k", "a finite number from 1e-12 up");
    return {row, before, after, float(share), float(beta), float(k)};
  }
};

struct ResponseForward {
  static constexpr char kName[] = "bindResponseForward";
  typedef void (*Run)(const ResponseForward&, float* scratch, Range rows);

  Response response;
  const float* x;
  float* y;
  long rows;

  template <typename Reader>
  static ResponseForward read(Reader& from) {
    const auto response = Response::read(from);
    const auto x = from.floats("x");
    const auto y = from.output("y");
    const long width = response.row.width();
    // Scratch is a few rows, so a row must be one that there is memory for.
    from.holds(x, width);
    return {response, x.data, y.data, least(from.pieces(x, width), from.pieces(y, width))};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct ResponseBackward {
  static constexpr char kName[] = "bindResponseBackward";
  typedef void (*Run)(const ResponseBackward&, float* scratch, Range rows);

  Response response;
  const float* x;
  const float* dy;
  float* dx;
  long rows;

  template <typename Reader>
  static ResponseBackward read(Reader& from) {
    const auto response = Response::read(from);
    const auto x = from.floats("x"), dy = from.floats("dy");
    const auto dx = from.output("dx");
    const long width = response.row.width();
    from.holds(x, width);
    return {response, x.data, dy.data, dx.data, least(from.pieces(x, width), from.pieces(dy, width), from.pieces(dx, width))};
  }
  bool allows(Range some) const { return some.within(rows); }
};

using NormalizationKernels = Family<NormalizeRows, NormalizeRowsBackward, BandMoments, BandGradientSums, GroupCoefficients,
                                    GroupGradientCoefficients, ResponseForward, ResponseBackward>;

}  // namespace convoy
