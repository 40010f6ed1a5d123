// What becomes of parameters: their first values, their gradients' sums, their update. The meanings stand in
// src/kernels/interface/parameters.ts.
#pragma once

#include "../constants.h"
#include "../family.h"
#include "../philox-key.h"

namespace convoy {

struct DrawNormal {
  static constexpr char kName[] = "bindDrawNormal";
  typedef void (*Run)(const DrawNormal&, Range elements);

  float* values;
  double deviation;
  PhiloxKey key;
  long length;

  template <typename Reader>
  static DrawNormal read(Reader& from) {
    const auto values = from.output("values");
    return {values.data, from.number("deviation"), from.key("key"), long(values.length)};
  }
  bool allows(Range elements) const { return elements.within(length); }
};

struct DrawUniform {
  static constexpr char kName[] = "bindDrawUniform";
  typedef void (*Run)(const DrawUniform&, Range elements);

  float* values;
  double reach;
  PhiloxKey key;
  long length;

  template <typename Reader>
  static DrawUniform read(Reader& from) {
    const auto values = from.output("values");
    return {values.data, from.number("reach"), from.key("key"), long(values.length)};
  }
  bool allows(Range elements) const { return elements.within(length); }
};

struct ReducePartials {
  static constexpr char kName[] = "bindReducePartials";
  typedef void (*Run)(const ReducePartials&, long parts, Range elements);

  const float* partials;
  long stride;
  float* sum;
  long partials_length, length;

  template <typename Reader>
  static ReducePartials read(Reader& from) {
    const auto partials = from.floats("partials");
    const auto sum = from.output("sum");
    return {partials.data, from.integer("stride"), sum.data, long(partials.length), long(sum.length)};
  }
  bool allows(long parts, Range elements) const {
    return parts > 0 && parts <= MAX_PARTIALS && elements.within(length) &&
           (parts - 1) * stride <= partials_length - (elements.first + elements.count);
  }
};

struct SgdUpdate {
  static constexpr char kName[] = "bindSgdUpdate";
  typedef bool (*Run)(const SgdUpdate&, double rate, Range elements);

  float* w;
  const float* g;
  float* v;
  float momentum, weight_decay;
  bool nesterov;
  long length;

  template <typename Reader>
  static SgdUpdate read(Reader& from) {
    const auto g = from.floats("g");
    const auto w = from.output("w"), v = from.output("v");
    return {w.data,
            g.data,
            v.data,
            float(from.number("momentum")),
            float(from.number("weightDecay")),
            from.boolean("nesterov"),
            least(w.length, g.length, v.length)};
  }
  bool allows(double, Range elements) const { return elements.within(length); }
};

struct MeasureChange {
  static constexpr char kName[] = "bindMeasureChange";
  typedef float (*Run)(const MeasureChange&, Range elements);

  const float* w;
  float* previous;
  long length;

  template <typename Reader>
  static MeasureChange read(Reader& from) {
    const auto w = from.floats("w");
    const auto previous = from.output("previous");
    return {w.data, previous.data, least(w.length, previous.length)};
  }
  bool allows(Range elements) const { return elements.within(length); }
};

struct AverageWeights {
  static constexpr char kName[] = "bindAverageWeights";
  typedef void (*Run)(const AverageWeights&, double share, Range elements);

  float* w;
  float* slow;
  long length;

  template <typename Reader>
  static AverageWeights read(Reader& from) {
    const auto w = from.output("w"), slow = from.output("slow");
    return {w.data, slow.data, least(w.length, slow.length)};
  }
  bool allows(double, Range elements) const { return elements.within(length); }
};

using ParameterKernels = Family<DrawNormal, DrawUniform, ReducePartials, SgdUpdate, MeasureChange, AverageWeights>;

}  // namespace convoy
