// Packed products of matrices, and sums of rows. The meanings stand in src/kernels/interface/products.ts.
#pragma once

#include "../family.h"
#include "../panels.h"
#include "../sizes.h"

namespace convoy {

struct Pack {
  static constexpr char kName[] = "bindPack";
  typedef void (*Run)(const Pack&, Range panels);

  long rows, columns;
  const float* b;
  float* packed;

  template <typename Reader>
  static Pack read(Reader& from) {
    const long rows = from.integer("rows", 1), columns = from.integer("columns", 1);
    const auto b = from.floats("b");
    const auto packed = from.output("packed");
    from.holds(b, product(rows, columns));
    from.holds(packed, packed_floats(rows, columns));
    return {rows, columns, b.data, packed.data};
  }
  bool allows(Range panels) const { return panels.within(count_panels(columns)); }
};

struct PackTransposed {
  static constexpr char kName[] = "bindPackTransposed";
  typedef void (*Run)(const PackTransposed&, Range panels);

  long rows, columns;
  const float* b;
  float* packed;

  template <typename Reader>
  static PackTransposed read(Reader& from) {
    const long rows = from.integer("rows", 1), columns = from.integer("columns", 1);
    const auto b = from.floats("b");
    const auto packed = from.output("packed");
    from.holds(b, product(rows, columns));
    from.holds(packed, packed_floats(columns, rows));
    return {rows, columns, b.data, packed.data};
  }
  bool allows(Range panels) const { return panels.within(count_panels(rows)); }
};

struct Matmul {
  static constexpr char kName[] = "bindMatmul";
  typedef void (*Run)(const Matmul&, float* scratch, long m, Range panels);

  long n, k;
  const float* a;
  const float* packed;
  const float* bias;  // may be null
  float* c;
  long rows;

  template <typename Reader>
  static Matmul read(Reader& from) {
    const long n = from.integer("n", 1), k = from.integer("k", 1);
    const auto a = from.floats("a"), packed = from.floats("packed"), bias = from.floats_or_null("bias");
    const auto c = from.output("c");
    from.holds(packed, packed_floats(k, n));
    if (bias.data) from.holds(bias, n);
    return {n, k, a.data, packed.data, bias.data, c.data, least(from.pieces(a, k), from.pieces(c, n))};
  }
  bool allows(long m, Range panels) const { return m >= 0 && m <= rows && panels.within(count_panels(n)); }
};

struct SumRows {
  static constexpr char kName[] = "bindSumRows";
  typedef void (*Run)(const SumRows&, float* scratch, Range rows);

  long channels;
  const float* x;
  float* sums;
  long rows;

  template <typename Reader>
  static SumRows read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x");
    const auto sums = from.output("sums");
    from.holds(sums, channels);
    return {channels, x.data, sums.data, from.pieces(x, channels)};
  }
  bool allows(Range some) const { return some.within(rows); }
};

using ProductKernels = Family<Pack, PackTransposed, Matmul, SumRows>;

}  // namespace convoy
