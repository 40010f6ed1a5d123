// Softmax as a layer. The meanings stand in src/kernels/interface/softmax.ts.
#pragma once

#include "../family.h"
#include "../sizes.h"

namespace convoy {

// Arrays of rows × channels × columns.
struct ColumnSizes {
  long channels, columns;

  long row_floats() const { return product(channels, columns); }

  template <typename Reader>
  static ColumnSizes read(Reader& from) {
    const long channels = from.integer("channels", 1);
    return {channels, from.integer("columnsPerChannel", 1)};
  }
};

struct SoftmaxForward {
  static constexpr char kName[] = "bindSoftmaxForward";
  typedef void (*Run)(const SoftmaxForward&, Range rows);

  ColumnSizes sizes;
  const float* x;
  float* y;
  long rows;

  template <typename Reader>
  static SoftmaxForward read(Reader& from) {
    const ColumnSizes sizes = ColumnSizes::read(from);
    const auto x = from.floats("x");
    const auto y = from.output("y");
    from.may_be(y, x);
    return {sizes, x.data, y.data, least(from.pieces(x, sizes.row_floats()), from.pieces(y, sizes.row_floats()))};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct SoftmaxBackward {
  static constexpr char kName[] = "bindSoftmaxBackward";
  typedef void (*Run)(const SoftmaxBackward&, Range rows);

  ColumnSizes sizes;
  const float* y;
  const float* dy;
  float* dx;
  long rows;

  template <typename Reader>
  static SoftmaxBackward read(Reader& from) {
    const ColumnSizes sizes = ColumnSizes::read(from);
    const auto y = from.floats("y"), dy = from.floats("dy");
    const auto dx = from.output("dx");
    from.may_be(dx, dy);
    const long floats = sizes.row_floats();
    return {sizes, y.data, dy.data, dx.data, least(from.pieces(y, floats), from.pieces(dy, floats), from.pieces(dx, floats))};
  }
  bool allows(Range some) const { return some.within(rows); }
};

using SoftmaxKernels = Family<SoftmaxForward, SoftmaxBackward>;

}  // namespace convoy
