// What optimizers do beyond SGD. The meanings stand in src/kernels/interface/optimizers.ts.
#pragma once

#include "../family.h"
#include "../sizes.h"

namespace convoy {

struct AdamUpdate {
  static constexpr char kName[] = "bindAdamUpdate";
  typedef bool (*Run)(const AdamUpdate&, double keep, double rate, double root_scale, Range elements);

  float* w;
  const float* g;
  float* mean;
  float* variance;
  float* greatest;  // null without
  float penalty, mean_share, variance_share, epsilon;
  long length;

  template <typename Reader>
  static AdamUpdate read(Reader& from) {
    const auto g = from.floats("g");
    const auto w = from.output("w"), mean = from.output("mean"), variance = from.output("variance");
    const auto greatest = from.output_or_null("greatest");
    const long length = least(w.length, g.length, mean.length, variance.length);
    return {w.data,
            g.data,
            mean.data,
            variance.data,
            greatest.data,
            float(from.number("penalty")),
            float(from.number("meanShare")),
            float(from.number("varianceShare")),
            float(from.number("epsilon")),
            greatest.data ? least(length, greatest.length) : length};
  }
  bool allows(double, double, double, Range elements) const { return elements.within(length); }
};

struct NesterovDirection {
  static constexpr char kName[] = "bindNesterovDirection";
  typedef void (*Run)(const NesterovDirection&, Range elements);

  const float* g;
  float* v;
  float* u;
  float momentum;
  long length;

  template <typename Reader>
  static NesterovDirection read(Reader& from) {
    const auto g = from.floats("g");
    const auto v = from.output("v"), u = from.output("u");
    from.may_be(u, g);
    return {g.data, v.data, u.data, float(from.number("momentum")), least(g.length, v.length, u.length)};
  }
  bool allows(Range elements) const { return elements.within(length); }
};

struct MoveWeights {
  static constexpr char kName[] = "bindMoveWeights";
  typedef bool (*Run)(const MoveWeights&, double keep, double rate, Range elements);

  float* w;
  const float* u;
  long length;

  template <typename Reader>
  static MoveWeights read(Reader& from) {
    const auto u = from.floats("u");
    const auto w = from.output("w");
    return {w.data, u.data, least(w.length, u.length)};
  }
  bool allows(double, double, Range elements) const { return elements.within(length); }
};

struct FollowWeights {
  static constexpr char kName[] = "bindFollowWeights";
  typedef void (*Run)(const FollowWeights&, double share, Range elements);

  const float* w;
  float* average;
  long length;

  template <typename Reader>
  static FollowWeights read(Reader& from) {
    const auto w = from.floats("w");
    const auto average = from.output("average");
    return {w.data, average.data, least(w.length, average.length)};
  }
  bool allows(double, Range elements) const { return elements.within(length); }
};

struct ScaleElements {
  static constexpr char kName[] = "bindScaleElements";
  typedef void (*Run)(const ScaleElements&, double factor, Range elements);

  const float* x;
  float* y;
  long length;

  template <typename Reader>
  static ScaleElements read(Reader& from) {
    const auto x = from.floats("x");
    const auto y = from.output("y");
    from.may_be(y, x);
    return {x.data, y.data, least(x.length, y.length)};
  }
  bool allows(double, Range elements) const { return elements.within(length); }
};

struct SumSquares {
  static constexpr char kName[] = "bindSumSquares";
  typedef void (*Run)(const SumSquares&, long index, Range elements);

  const float* x;
  float* sums;
  long length, sums_length;

  template <typename Reader>
  static SumSquares read(Reader& from) {
    const auto x = from.floats("x");
    const auto sums = from.output("sums");
    return {x.data, sums.data, long(x.length), long(sums.length)};
  }
  bool allows(long index, Range elements) const { return index >= 0 && index < sums_length && elements.within(length); }
};

struct Transpose {
  static constexpr char kName[] = "bindTranspose";
  typedef void (*Run)(const Transpose&, Range columns);

  const float* x;
  float* y;
  long rows, x_width, y_width;

  template <typename Reader>
  static Transpose read(Reader& from) {
    const long rows = from.integer("rows", 1), x_width = from.integer("xWidth", 1), y_width = from.integer("yWidth", 1);
    const auto x = from.floats("x");
    const auto y = from.output("y");
    from.holds(x, product(rows, x_width));
    from.holds(y, product(x_width, y_width));
    from.expect(rows <= y_width, "yWidth", "at least as many as rows");
    return {x.data, y.data, rows, x_width, y_width};
  }
  bool allows(Range columns) const { return columns.within(x_width); }
};

using OptimizerKernels = Family<AdamUpdate, NesterovDirection, MoveWeights, FollowWeights, ScaleElements, SumSquares, Transpose>;

}  // namespace convoy
