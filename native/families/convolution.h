// Convolution of images one after another. The meanings stand in src/kernels/interface/convolution.ts.
#pragma once

#include <cstddef>

#include "../family.h"
#include "../geometry.h"
#include "../panels.h"
#include "../sizes.h"

namespace convoy {

struct ConvolutionForward {
  static constexpr char kName[] = "bindConvolutionForward";
  typedef void (*Run)(const ConvolutionForward&, float* scratch, Range images);

  Geometry g;
  const float* x;
  const float* packed;
  const float* bias;  // may be null
  float* y;
  long images;

  template <typename Reader>
  static ConvolutionForward read(Reader& from) {
    const Geometry g = from.geometry("g");
    const auto x = from.floats("x"), packed = from.floats("packed"), bias = from.floats_or_null("bias");
    const auto y = from.output("y");
    if (!from.ok) return {};
    from.holds(packed, product(g.groups, packed_floats(g.kernel_rows(), g.group_outputs())));
    if (bias.data) from.holds(bias, g.output_channels);
    return {g, x.data, packed.data, bias.data, y.data, least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct ConvolutionInputGradient {
  static constexpr char kName[] = "bindConvolutionInputGradient";
  typedef void (*Run)(const ConvolutionInputGradient&, float* scratch, Range images);

  Geometry g;
  const float* dy;
  const float* packed;
  float* dx;
  long images;

  template <typename Reader>
  static ConvolutionInputGradient read(Reader& from) {
    const Geometry g = from.geometry("g");
    const auto dy = from.floats("dy"), packed = from.floats("packed");
    const auto dx = from.output("dx");
    if (!from.ok) return {};
    from.holds(packed, product(g.groups, packed_floats(g.group_outputs(), g.kernel_rows())));
    return {g, dy.data, packed.data, dx.data, least(from.pieces(dy, g.output_floats()), from.pieces(dx, g.input_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct ConvolutionKernelGradient {
  static constexpr char kName[] = "bindConvolutionKernelGradient";
  typedef void (*Run)(const ConvolutionKernelGradient&, float* scratch, Range images, Range rows);

  Geometry g;
  const float* x;
  const float* dy;
  float* df;
  long images, rows;

  template <typename Reader>
  static ConvolutionKernelGradient read(Reader& from) {
    const Geometry g = from.geometry("g");
    const auto x = from.floats("x"), dy = from.floats("dy");
    const auto df = from.output("df");
    if (!from.ok) return {};
    const long rows = g.groups * g.kernel_rows();
    from.holds(df, size_t(rows) * g.group_outputs());
    return {g, x.data, dy.data, df.data, least(from.pieces(x, g.input_floats()), from.pieces(dy, g.output_floats())), rows};
  }
  bool allows(Range some, Range some_rows) const { return some.within(images) && some_rows.within(rows); }
};

using ConvolutionKernels = Family<ConvolutionForward, ConvolutionInputGradient, ConvolutionKernelGradient>;

}  // namespace convoy
