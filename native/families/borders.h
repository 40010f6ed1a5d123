// A border of numbers around images. The meanings stand in src/kernels/interface/borders.ts.
#pragma once

#include "../constants.h"
#include "../family.h"
#include "../sizes.h"

namespace convoy {

struct BorderFrame {
  long height, width, channels;
  long top, bottom, left, right;
  long fill;

  long outer_height() const { return top + height + bottom; }
  long outer_width() const { return left + width + right; }

  template <typename Reader>
  static BorderFrame read(Reader& from) {
    // Sums of such sizes, and products of two of them, do not overflow.
    constexpr long kMost = 1L << 24;
    const auto size = [&](const char* field, long lowest) { return from.integer(field, lowest, kMost); };
    const BorderFrame frame{size("height", 1), size("width", 1), size("channels", 1), size("top", 0),
                            size("bottom", 0), size("left", 0),  size("right", 0),    from.integer("fill", 0, BORDER_REPLICATE)};
    const bool reaches = frame.top < frame.height && frame.bottom < frame.height && frame.left < frame.width && frame.right < frame.width;
    from.expect(frame.fill != BORDER_REFLECT || reaches, "fill", "a border smaller than the image to reflect it");
    return frame;
  }
  // How many whole images there are of each.
  template <typename Reader, typename Inner, typename Outer>
  long images_of(Reader& from, const Inner& inner, const Outer& outer) const {
    return least(from.pieces(inner, product(height, width, channels)),
                 from.pieces(outer, product(outer_height(), outer_width(), channels)));
  }
};

struct FillBorder {
  static constexpr char kName[] = "bindFillBorder";
  typedef void (*Run)(const FillBorder&, Range rows);

  BorderFrame frame;
  const float* x;
  float value;
  float* y;
  long rows;

  template <typename Reader>
  static FillBorder read(Reader& from) {
    const auto frame = BorderFrame::read(from);
    const auto x = from.floats("x");
    const auto y = from.output("y");
    return {frame, x.data, float(from.number("value")), y.data, frame.images_of(from, x, y) * frame.outer_height()};
  }
  bool allows(Range some) const { return some.within(rows); }
};

struct FoldBorder {
  static constexpr char kName[] = "bindFoldBorder";
  typedef void (*Run)(const FoldBorder&, Range rows);

  BorderFrame frame;
  const float* dy;
  float* dx;
  long rows;

  template <typename Reader>
  static FoldBorder read(Reader& from) {
    const auto frame = BorderFrame::read(from);
    const auto dy = from.floats("dy");
    const auto dx = from.output("dx");
    return {frame, dy.data, dx.data, frame.images_of(from, dx, dy) * frame.height};
  }
  bool allows(Range some) const { return some.within(rows); }
};

using BorderKernels = Family<FillBorder, FoldBorder>;

}  // namespace convoy
