// Measurements of the machine. The meanings stand in src/kernels/probes.ts.
#pragma once

#include "../constants.h"
#include "../family.h"

namespace convoy {

struct ProbePeak {
  static constexpr char kName[] = "bindProbePeak";
  typedef long (*Run)(const ProbePeak&, long rounds);

  float* ends;

  template <typename Reader>
  static ProbePeak read(Reader& from) {
    const auto ends = from.output("ends");
    from.holds(ends, PROBE_FLOATS);
    return {ends.data};
  }
  bool allows(long rounds) const { return rounds >= 0 && rounds <= kMostRounds; }

 private:
  // A second or so: nothing can interrupt a call.
  static constexpr long kMostRounds = 1 << 28;
};

struct ProbeStream {
  static constexpr char kName[] = "bindProbeStream";
  typedef void (*Run)(const ProbeStream&, Range elements);

  float* a;
  const float* b;
  const float* c;
  long length;

  template <typename Reader>
  static ProbeStream read(Reader& from) {
    const auto b = from.floats("b"), c = from.floats("c");
    const auto a = from.output("a");
    return {a.data, b.data, c.data, least(a.length, b.length, c.length)};
  }
  bool allows(Range elements) const { return elements.within(length); }
};

using ProbeKernels = Family<ProbePeak, ProbeStream>;

}  // namespace convoy
