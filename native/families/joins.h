// Where branches meet and part. The meanings stand in src/kernels/interface/joins.ts.
#pragma once

#include "../family.h"

namespace convoy {

struct AddElements {
  static constexpr char kName[] = "bindAddElements";
  typedef void (*Run)(const AddElements&, Range elements);

  const float* a;
  const float* b;
  float* sum;
  long length;

  template <typename Reader>
  static AddElements read(Reader& from) {
    const auto a = from.floats("a"), b = from.floats("b");
    const auto sum = from.output("sum");
    from.may_be(sum, a);
    from.may_be(sum, b);
    return {a.data, b.data, sum.data, least(a.length, b.length, sum.length)};
  }
  bool allows(Range elements) const { return elements.within(length); }
};

struct CopyColumns {
  static constexpr char kName[] = "bindCopyColumns";
  typedef void (*Run)(const CopyColumns&, Range rows);

  long columns;
  const float* x;
  long x_width, x_first;
  float* y;
  long y_width, y_first;
  long rows;

  template <typename Reader>
  static CopyColumns read(Reader& from) {
    const long columns = from.integer("columns");
    const auto x = from.floats("x");
    const auto y = from.output("y");
    const long x_width = from.integer("xWidth", 1), x_first = from.integer("xFirst");
    const long y_width = from.integer("yWidth", 1), y_first = from.integer("yFirst");
    from.expect(x_first + columns <= x_width && y_first + columns <= y_width, "columns", "columns inside both matrices");
    return {columns, x.data, x_width, x_first, y.data, y_width, y_first, least(from.pieces(x, x_width), from.pieces(y, y_width))};
  }
  bool allows(Range some) const { return some.within(rows); }
};

using JoinKernels = Family<AddElements, CopyColumns>;

}  // namespace convoy
