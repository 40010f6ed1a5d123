// Convolution without sharing. The meanings stand in src/kernels/interface/locally-connected.ts.
#pragma once

#include "../family.h"
#include "../geometry.h"
#include "../sizes.h"

namespace convoy {

// Of all positions' kernels.
inline long local_weights(const Geometry& g) { return product(g.positions(), g.kernel_rows(), g.output_channels); }

struct LocalForward {
  static constexpr char kName[] = "bindLocalForward";
  typedef void (*Run)(const LocalForward&, Range images);

  Geometry g;
  const float* x;
  const float* f;
  const float* bias;  // may be null
  float* y;
  long images;

  template <typename Reader>
  static LocalForward read(Reader& from) {
    const Geometry g = from.undilated("g");
    const auto x = from.floats("x"), f = from.floats("f"), bias = from.floats_or_null("bias");
    const auto y = from.output("y");
    from.holds(f, local_weights(g));
    if (bias.data) from.holds(bias, g.output_floats());
    return {g, x.data, f.data, bias.data, y.data, least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct LocalInputGradient {
  static constexpr char kName[] = "bindLocalInputGradient";
  typedef void (*Run)(const LocalInputGradient&, float* scratch, Range images);

  Geometry g;
  const float* dy;
  const float* f;
  float* dx;
  long images;

  template <typename Reader>
  static LocalInputGradient read(Reader& from) {
    const Geometry g = from.undilated("g");
    const auto dy = from.floats("dy"), f = from.floats("f");
    const auto dx = from.output("dx");
    from.holds(f, local_weights(g));
    return {g, dy.data, f.data, dx.data, least(from.pieces(dy, g.output_floats()), from.pieces(dx, g.input_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct LocalKernelGradient {
  static constexpr char kName[] = "bindLocalKernelGradient";
  typedef void (*Run)(const LocalKernelGradient&, long images, Range positions);

  Geometry g;
  const float* x;
  const float* dy;
  float* df;
  long images;

  template <typename Reader>
  static LocalKernelGradient read(Reader& from) {
    const Geometry g = from.undilated("g");
    const auto x = from.floats("x"), dy = from.floats("dy");
    const auto df = from.output("df");
    from.holds(df, local_weights(g));
    return {g, x.data, dy.data, df.data, least(from.pieces(x, g.input_floats()), from.pieces(dy, g.output_floats()))};
  }
  bool allows(long some, Range positions) const { return some >= 0 && some <= images && positions.within(g.positions()); }
};

using LocallyConnectedKernels = Family<LocalForward, LocalInputGradient, LocalKernelGradient>;

}  // namespace convoy
