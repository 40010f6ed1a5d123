// Batch normalisation whose output is pooled at once. The meanings stand in src/kernels/interface/pooled-channels.ts.
#pragma once

#include "../constants.h"
#include "../family.h"
#include "../geometry.h"

namespace convoy {

// Windows of 2×2 over maps in lanes, none of which touches another; rows and columns that fill none are left over.
template <typename Reader>
Geometry read_halving(Reader& from) {
  const Geometry g = from.pooling("g");
  from.expect(g.kernel_height == 2 && g.kernel_width == 2 && g.stride_y == 2 && g.stride_x == 2 && g.pad_top == 0 && g.pad_left == 0 &&
                  g.output_height == g.input_height / 2 && g.output_width == g.input_width / 2,
              "g", "as many windows of 2×2, side by side, as fit");
  from.expect(g.input_channels % BUNDLE_IMAGES == 0, "g", "a multiple of 16 channels");
  return g;
}

struct ScaleAndPool {
  static constexpr char kName[] = "bindScaleAndPool";
  typedef void (*Run)(const ScaleAndPool&, Range lines);

  Geometry g;
  const float* x;
  const float* scale;
  const float* shift;
  bool rectified;
  float* y;
  long lines;

  template <typename Reader>
  static ScaleAndPool read(Reader& from) {
    const Geometry g = read_halving(from);
    const auto x = from.floats("x"), scale = from.floats("scale"), shift = from.floats("shift");
    const bool rectified = from.boolean("rectified");
    const auto y = from.output("y");
    from.holds(scale, g.input_channels);
    from.holds(shift, g.input_channels);
    const long maps = least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()));
    return {g, x.data, scale.data, shift.data, rectified, y.data, maps * g.output_height};
  }
  bool allows(Range some) const { return some.within(lines); }
};

struct PooledGradientSums {
  static constexpr char kName[] = "bindPooledGradientSums";
  typedef void (*Run)(const PooledGradientSums&, float* scratch, Range lines);

  Geometry g;
  const float* x;
  const float* y;
  const float* dy;
  const float* mean;
  const float* scale;
  const float* shift;
  bool rectified;
  float* sums;
  float* products;
  long lines;

  template <typename Reader>
  static PooledGradientSums read(Reader& from) {
    const Geometry g = read_halving(from);
    const auto x = from.floats("x"), y = from.floats("y"), dy = from.floats("dy"), mean = from.floats("mean");
    const auto scale = from.floats("scale"), shift = from.floats("shift");
    const bool rectified = from.boolean("rectified");
    const auto sums = from.output("sums"), products = from.output("products");
    from.holds(mean, g.input_channels);
    from.holds(scale, g.input_channels);
    from.holds(shift, g.input_channels);
    from.holds(sums, g.input_channels);
    from.holds(products, g.input_channels);
    const long maps = least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()), from.pieces(dy, g.output_floats()));
    return {g, x.data, y.data, dy.data, mean.data, scale.data, shift.data, rectified, sums.data, products.data, maps * g.input_height};
  }
  bool allows(Range some) const { return some.within(lines); }
};

struct CombinePooled {
  static constexpr char kName[] = "bindCombinePooled";
  typedef void (*Run)(const CombinePooled&, Range lines);

  Geometry g;
  const float* x;
  const float* y;
  const float* dy;
  const float* a;
  const float* b;
  const float* d;
  const float* scale;
  const float* shift;
  bool rectified;
  float* dx;
  long lines;

  template <typename Reader>
  static CombinePooled read(Reader& from) {
    const Geometry g = read_halving(from);
    const auto x = from.floats("x"), y = from.floats("y"), dy = from.floats("dy");
    const auto a = from.floats("a"), b = from.floats("b"), d = from.floats("d");
    const auto scale = from.floats("scale"), shift = from.floats("shift");
    const bool rectified = from.boolean("rectified");
    const auto dx = from.output("dx");
    from.holds(a, g.input_channels);
    from.holds(b, g.input_channels);
    from.holds(d, g.input_channels);
    from.holds(scale, g.input_channels);
    from.holds(shift, g.input_channels);
    const long maps = least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()), from.pieces(dy, g.output_floats()),
                            from.pieces(dx, g.input_floats()));
    return {g, x.data, y.data, dy.data, a.data, b.data, d.data, scale.data, shift.data, rectified, dx.data, maps * g.input_height};
  }
  bool allows(Range some) const { return some.within(lines); }
};

using PooledChannelKernels = Family<ScaleAndPool, PooledGradientSums, CombinePooled>;

}  // namespace convoy
