// Pooling. The meanings stand in src/kernels/interface/pooling.ts.
#pragma once

#include "../family.h"
#include "../geometry.h"

namespace convoy {

struct MaxPoolingForward {
  static constexpr char kName[] = "bindMaxPoolingForward";
  typedef void (*Run)(const MaxPoolingForward&, Range images);

  Geometry g;
  const float* x;
  float* y;
  long images;

  template <typename Reader>
  static MaxPoolingForward read(Reader& from) {
    const Geometry g = from.pooling("g");
    const auto x = from.floats("x");
    const auto y = from.output("y");
    return {g, x.data, y.data, least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct MaxPoolingBackward {
  static constexpr char kName[] = "bindMaxPoolingBackward";
  typedef void (*Run)(const MaxPoolingBackward&, Range images);

  Geometry g;
  const float* x;
  const float* y;
  const float* dy;
  float* dx;
  long images;

  template <typename Reader>
  static MaxPoolingBackward read(Reader& from) {
    const Geometry g = from.pooling("g");
    const auto x = from.floats("x"), y = from.floats("y"), dy = from.floats("dy");
    const auto dx = from.output("dx");
    return {g,
            x.data,
            y.data,
            dy.data,
            dx.data,
            least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()), from.pieces(dy, g.output_floats()),
                  from.pieces(dx, g.input_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct AveragePoolingForward {
  static constexpr char kName[] = "bindAveragePoolingForward";
  typedef void (*Run)(const AveragePoolingForward&, Range images);

  Geometry g;
  const float* x;
  float* y;
  const float* shares;
  long images;

  template <typename Reader>
  static AveragePoolingForward read(Reader& from) {
    const Geometry g = from.pooling("g");
    const auto x = from.floats("x"), shares = from.floats("shares");
    const auto y = from.output("y");
    from.holds(shares, g.positions());
    return {g, x.data, y.data, shares.data, least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct AveragePoolingBackward {
  static constexpr char kName[] = "bindAveragePoolingBackward";
  typedef void (*Run)(const AveragePoolingBackward&, Range images);

  Geometry g;
  const float* dy;
  float* dx;
  const float* shares;
  long images;

  template <typename Reader>
  static AveragePoolingBackward read(Reader& from) {
    const Geometry g = from.pooling("g");
    const auto dy = from.floats("dy"), shares = from.floats("shares");
    const auto dx = from.output("dx");
    from.holds(shares, g.positions());
    return {g, dy.data, dx.data, shares.data, least(from.pieces(dy, g.output_floats()), from.pieces(dx, g.input_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct TrainablePoolingForward {
  static constexpr char kName[] = "bindTrainablePoolingForward";
  typedef void (*Run)(const TrainablePoolingForward&, Range images);

  Geometry g;
  const float* x;
  const float* scale;
  const float* bias;
  float* y;
  const float* shares;
  long images;

  template <typename Reader>
  static TrainablePoolingForward read(Reader& from) {
    const Geometry g = from.pooling("g");
    const auto x = from.floats("x"), scale = from.floats("scale"), bias = from.floats("bias"), shares = from.floats("shares");
    const auto y = from.output("y");
    from.holds(scale, g.input_channels);
    from.holds(bias, g.input_channels);
    from.holds(shares, g.positions());
    return {
        g, x.data, scale.data, bias.data, y.data, shares.data, least(from.pieces(x, g.input_floats()), from.pieces(y, g.output_floats()))};
  }
  bool allows(Range some) const { return some.within(images); }
};

struct TrainablePoolingBackward {
  static constexpr char kName[] = "bindTrainablePoolingBackward";
  typedef void (*Run)(const TrainablePoolingBackward&, Range images);

  Geometry g;
  const float* x;
  const float* dy;
  const float* scale;
  float* dx;  // may be null
  float* d_scale;
  float* d_bias;
  const float* shares;
  long images;

  template <typename Reader>
  static TrainablePoolingBackward read(Reader& from) {
    const Geometry g = from.pooling("g");
    const auto x = from.floats("x"), dy = from.floats("dy"), scale = from.floats("scale"), shares = from.floats("shares");
    const auto dx = from.output_or_null("dx"), d_scale = from.output("dScale"), d_bias = from.output("dBias");
    from.holds(scale, g.input_channels);
    from.holds(d_scale, g.input_channels);
    from.holds(d_bias, g.input_channels);
    from.holds(shares, g.positions());
    const long images = least(from.pieces(x, g.input_floats()), from.pieces(dy, g.output_floats()));
    return {g,           x.data,      dy.data,
            scale.data,  dx.data,     d_scale.data,
            d_bias.data, shares.data, dx.data ? least(images, from.pieces(dx, g.input_floats())) : images};
  }
  bool allows(Range some) const { return some.within(images); }
};

using PoolingKernels = Family<MaxPoolingForward, MaxPoolingBackward, AveragePoolingForward, AveragePoolingBackward, TrainablePoolingForward,
                              TrainablePoolingBackward>;

}  // namespace convoy
