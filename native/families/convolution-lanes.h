// Convolution of bundles of 16 images in lanes. The meanings stand in src/kernels/interface/convolution-lanes.ts.
#pragma once

#include <cstddef>

#include "../bundles.h"
#include "../family.h"
#include "../geometry.h"

namespace convoy {

struct ConvolutionForwardLanes {
  static constexpr char kName[] = "bindConvolutionForwardLanes";
  typedef void (*Run)(const ConvolutionForwardLanes&, float* scratch, Range bundles, long images, Range rows, Range channels);

  Geometry g;
  const float* x;
  const float* f;
  const float* bias;  // may be null
  float* y;
  long bundles;

  template <typename Reader>
  static ConvolutionForwardLanes read(Reader& from) {
    const Geometry g = from.ungrouped("g");
    const auto x = from.floats("x"), f = from.floats("f"), bias = from.floats_or_null("bias");
    const auto y = from.output("y");
    if (!from.ok) return {};
    from.holds(f, size_t(g.kernel_rows()) * g.output_channels);
    if (bias.data) from.holds(bias, g.output_channels);
    const long bundles = least(from.pieces(x, bundle_floats(g.input_floats())), from.pieces(y, bundle_floats(g.output_floats())));
    return {g, x.data, f.data, bias.data, y.data, bundles};
  }
  bool allows(Range some, long images, Range rows, Range channels) const {
    return some.within(bundles) && are_bundles(some, images) && rows.within(g.output_height) && channels.within(g.output_channels);
  }
};

struct ConvolutionInputGradientLanes {
  static constexpr char kName[] = "bindConvolutionInputGradientLanes";
  typedef void (*Run)(const ConvolutionInputGradientLanes&, Range bundles, long images, Range rows, Range channels);

  Geometry g;
  const float* dy;
  const float* f;
  float* dx;
  long bundles;

  template <typename Reader>
  static ConvolutionInputGradientLanes read(Reader& from) {
    const Geometry g = from.ungrouped("g");
    const auto dy = from.floats("dy"), f = from.floats("f");
    const auto dx = from.output("dx");
    if (!from.ok) return {};
    from.holds(f, size_t(g.kernel_rows()) * g.output_channels);
    return {g, dy.data, f.data, dx.data,
            least(from.pieces(dy, bundle_floats(g.output_floats())), from.pieces(dx, bundle_floats(g.input_floats())))};
  }
  bool allows(Range some, long images, Range rows, Range channels) const {
    return some.within(bundles) && are_bundles(some, images) && rows.within(g.input_height) && channels.within(g.input_channels);
  }
};

struct ConvolutionKernelGradientLanes {
  static constexpr char kName[] = "bindConvolutionKernelGradientLanes";
  typedef void (*Run)(const ConvolutionKernelGradientLanes&, Range bundles, long images, Range rows, Range kernel_rows);

  Geometry g;
  const float* x;
  const float* dy;
  float* df;
  long bundles;

  template <typename Reader>
  static ConvolutionKernelGradientLanes read(Reader& from) {
    const Geometry g = from.ungrouped("g");
    const auto x = from.floats("x"), dy = from.floats("dy");
    const auto df = from.output("df");
    if (!from.ok) return {};
    from.holds(df, size_t(g.kernel_rows()) * g.output_channels);
    return {g, x.data, dy.data, df.data,
            least(from.pieces(x, bundle_floats(g.input_floats())), from.pieces(dy, bundle_floats(g.output_floats())))};
  }
  bool allows(Range some, long images, Range rows, Range kernel_rows) const {
    return some.within(bundles) && are_bundles(some, images) && rows.within(g.output_height) && kernel_rows.within(g.kernel_rows());
  }
};

using LaneConvolutionKernels = Family<ConvolutionForwardLanes, ConvolutionInputGradientLanes, ConvolutionKernelGradientLanes>;

}  // namespace convoy
