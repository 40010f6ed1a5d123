// Where branches meet and part. The meanings stand in src/kernels/interface/joins.ts.
#pragma once

#include "../family.h"
#include "../sizes.h"

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

// Maps × positions × width, and a row of that width for each map.
struct MultiplyByGate {
  static constexpr char kName[] = "bindMultiplyByGate";
  typedef void (*Run)(const MultiplyByGate&, Range maps, Range rows);

  long positions, width;
  const float* x;
  const float* gate;
  float* y;
  long maps;

  template <typename Reader>
  static MultiplyByGate read(Reader& from) {
    const long positions = from.integer("positions", 1), width = from.integer("width", 1);
    const auto x = from.floats("x"), gate = from.floats("gate");
    const auto y = from.output("y");
    const long floats = product(positions, width);
    return {positions, width, x.data, gate.data, y.data, least(from.pieces(x, floats), from.pieces(gate, width), from.pieces(y, floats))};
  }
  bool allows(Range some, Range rows) const { return some.within(maps) && rows.within(positions); }
};

struct GateGradient {
  static constexpr char kName[] = "bindGateGradient";
  typedef void (*Run)(const GateGradient&, Range maps);

  long positions, width;
  const float* x;
  const float* dy;
  float* d_gate;
  long maps;

  template <typename Reader>
  static GateGradient read(Reader& from) {
    const long positions = from.integer("positions", 1), width = from.integer("width", 1);
    const auto x = from.floats("x"), dy = from.floats("dy");
    const auto d_gate = from.output("dGate");
    const long floats = product(positions, width);
    return {positions, width,       x.data,
            dy.data,   d_gate.data, least(from.pieces(x, floats), from.pieces(dy, floats), from.pieces(d_gate, width))};
  }
  bool allows(Range some) const { return some.within(maps); }
};

using JoinKernels = Family<AddElements, CopyColumns, MultiplyByGate, GateGradient>;

}  // namespace convoy
