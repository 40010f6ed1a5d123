// Convolution of each channel by a kernel of its own. The meanings stand in src/kernels/interface/depthwise.ts.
#pragma once

#include <cstddef>

#include "../constants.h"
#include "../family.h"
#include "../geometry.h"
#include "../panels.h"

namespace convoy {

// What a call works on: rows of some bundles.
struct DepthwiseExtent {
  long lanes;  // 1 or 16
  long bundles;

  bool holds(Range some, Range rows, long height) const { return some.within(bundles) && rows.within(height); }
};

template <typename Reader>
long read_lanes(Reader& from) {
  const long lanes = from.integer("lanes", 1);
  from.expect(lanes == 1 || lanes == BUNDLE_IMAGES, "lanes", "1 or 16");
  return lanes;
}

struct DepthwiseForward {
  static constexpr char kName[] = "bindDepthwiseForward";
  typedef void (*Run)(const DepthwiseForward&, Range bundles, Range rows);

  Geometry g;
  const float* x;
  const float* packed;
  const float* bias;  // may be null
  float* y;
  DepthwiseExtent extent;

  template <typename Reader>
  static DepthwiseForward read(Reader& from) {
    const Geometry g = from.depthwise("g");
    const long lanes = read_lanes(from);
    const auto x = from.floats("x"), packed = from.floats("packed"), bias = from.floats_or_null("bias");
    const auto y = from.output("y");
    if (!from.ok) return {};
    from.holds(packed, packed_floats(g.kernel_rows(), g.groups));
    if (bias.data) from.holds(bias, g.groups);
    const long bundles = least(from.pieces(x, size_t(g.input_floats()) * lanes), from.pieces(y, size_t(g.output_floats()) * lanes));
    return {g, x.data, packed.data, bias.data, y.data, {lanes, bundles}};
  }
  bool allows(Range some, Range rows) const { return extent.holds(some, rows, g.output_height); }
};

struct DepthwiseInputGradient {
  static constexpr char kName[] = "bindDepthwiseInputGradient";
  typedef void (*Run)(const DepthwiseInputGradient&, Range bundles, Range rows);

  Geometry g;
  const float* dy;
  const float* packed;
  float* dx;
  DepthwiseExtent extent;

  template <typename Reader>
  static DepthwiseInputGradient read(Reader& from) {
    const Geometry g = from.depthwise("g");
    const long lanes = read_lanes(from);
    const auto dy = from.floats("dy"), packed = from.floats("packed");
    const auto dx = from.output("dx");
    if (!from.ok) return {};
    from.holds(packed, packed_floats(g.kernel_rows(), g.groups));
    const long bundles = least(from.pieces(dy, size_t(g.output_floats()) * lanes), from.pieces(dx, size_t(g.input_floats()) * lanes));
    return {g, dy.data, packed.data, dx.data, {lanes, bundles}};
  }
  bool allows(Range some, Range rows) const { return extent.holds(some, rows, g.input_height); }
};

struct DepthwiseKernelGradient {
  static constexpr char kName[] = "bindDepthwiseKernelGradient";
  typedef void (*Run)(const DepthwiseKernelGradient&, float* scratch, Range bundles, Range rows);

  Geometry g;
  const float* x;
  const float* dy;
  float* df;
  DepthwiseExtent extent;

  template <typename Reader>
  static DepthwiseKernelGradient read(Reader& from) {
    const Geometry g = from.depthwise("g");
    const long lanes = read_lanes(from);
    const auto x = from.floats("x"), dy = from.floats("dy");
    const auto df = from.output("df");
    if (!from.ok) return {};
    from.holds(df, size_t(g.groups) * g.kernel_rows());
    const long bundles = least(from.pieces(x, size_t(g.input_floats()) * lanes), from.pieces(dy, size_t(g.output_floats()) * lanes));
    return {g, x.data, dy.data, df.data, {lanes, bundles}};
  }
  bool allows(Range some, Range rows) const { return extent.holds(some, rows, g.output_height); }
};

using DepthwiseKernels = Family<DepthwiseForward, DepthwiseInputGradient, DepthwiseKernelGradient>;

}  // namespace convoy
