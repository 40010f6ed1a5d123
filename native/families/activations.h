// Activations and dropout. The meanings stand in src/kernels/interface/activations.ts.
#pragma once

#include <cstdint>

#include "../family.h"
#include "../philox-key.h"

namespace convoy {

struct ActivationForward {
  static constexpr char kName[] = "bindForward";
  typedef void (*Run)(const ActivationForward&, Range elements);

  const float* x;
  float* y;
  float coefficient, threshold;
  long length;

  template <typename Reader>
  static ActivationForward read(Reader& from) {
    const auto x = from.floats("x");
    const auto y = from.output("y");
    from.may_be(y, x);
    const float coefficient = float(from.number("coefficient")), threshold = float(from.number_or("threshold", 0));
    return {x.data, y.data, coefficient, threshold, least(x.length, y.length)};
  }
  bool allows(Range elements) const { return elements.within(length); }
};

struct ActivationBackward {
  static constexpr char kName[] = "bindBackward";
  typedef void (*Run)(const ActivationBackward&, Range elements);

  const float* from;
  const float* dy;
  float* dx;
  float coefficient, threshold;
  long length;

  template <typename Reader>
  static ActivationBackward read(Reader& reader) {
    const auto from = reader.floats("from"), dy = reader.floats("dy");
    const auto dx = reader.output("dx");
    reader.may_be(dx, from);
    reader.may_be(dx, dy);
    const float coefficient = float(reader.number("coefficient")), threshold = float(reader.number_or("threshold", 0));
    return {from.data, dy.data, dx.data, coefficient, threshold, least(from.length, dy.length, dx.length)};
  }
  bool allows(Range elements) const { return elements.within(length); }
};

// One function of single elements, and what JavaScript knows it by.
struct Activation {
  const char* name;
  Entry<ActivationForward> forward;
  Entry<ActivationBackward> backward;
};

// A table's functions.
struct ActivationList {
  const Activation* first;
  int count;
};

struct PreluForward {
  static constexpr char kName[] = "bindPreluForward";
  typedef void (*Run)(const PreluForward&, float* scratch, Range rows);

  long channels;
  const float* x;
  const float* slope;
  float* y;
  long rows;

  template <typename Reader>
  static PreluForward read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x"), slope = from.floats("slope");
    const auto y = from.output("y");
    from.may_be(y, x);
    from.holds(slope, channels);
    return {channels, x.data, slope.data, y.data, least(from.pieces(x, channels), from.pieces(y, channels))};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct PreluBackward {
  static constexpr char kName[] = "bindPreluBackward";
  typedef void (*Run)(const PreluBackward&, float* scratch, Range rows);

  long channels;
  const float* x;
  const float* dy;
  const float* slope;
  float* dx;  // may be null
  float* d_slope;
  long rows;

  template <typename Reader>
  static PreluBackward read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x"), dy = from.floats("dy"), slope = from.floats("slope");
    const auto dx = from.output_or_null("dx"), d_slope = from.output("dSlope");
    from.may_be(dx, x);
    from.may_be(dx, dy);
    from.holds(slope, channels);
    from.holds(d_slope, channels);
    const long rows = least(from.pieces(x, channels), from.pieces(dy, channels));
    return {channels, x.data, dy.data, slope.data, dx.data, d_slope.data, dx.data ? least(rows, from.pieces(dx, channels)) : rows};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct Dropout {
  static constexpr char kName[] = "bindDropout";
  typedef void (*Run)(const Dropout&, long epoch, Range images);

  const float* x;
  float* y;
  double rate;
  PhiloxKey key;
  const int32_t* sample_ids;
  long floats_per_image;
  long images;

  template <typename Reader>
  static Dropout read(Reader& from) {
    const auto x = from.floats("x");
    const auto y = from.output("y");
    from.may_be(y, x);
    const double rate = from.number("rate");
    from.expect(rate >= 0 && rate < 1, "rate", "at least 0 and below 1");
    const auto sample_ids = from.integers("sampleIds");
    const long floats = from.integer("floatsPerImage", 1);
    return {x.data,
            y.data,
            rate,
            from.key("key"),
            sample_ids.data,
            floats,
            least(from.pieces(x, floats), from.pieces(y, floats), sample_ids.length)};
  }
  bool allows(long epoch, Range some) const { return epoch >= 0 && some.within(images); }
};

struct ActivationKernels : Family<PreluForward, PreluBackward, Dropout> {
  ActivationList activations;
};

}  // namespace convoy
