// Measurements of the machine.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

napi_value probe_peak(Call& call) {
  const long rounds = call.integer();
  const auto ends = call.floats();
  call.holds(ends, PROBE_FLOATS);
  return call.ok ? call.give(call.kernels->probe_peak(rounds, ends.data)) : nullptr;
}

napi_value probe_stream(Call& call) {
  const auto a = call.floats(), b = call.floats(), c = call.floats();
  const Range elements = call.range();
  call.holds(a, end(elements));
  call.holds(b, end(elements));
  call.holds(c, end(elements));
  if (call.ok) call.kernels->probe_stream(a.data, b.data, c.data, elements);
  return nullptr;
}

constexpr Export kProbes[] = {
    {"probePeak", invoke<probe_peak>},
    {"probeStream", invoke<probe_stream>},
};

}  // namespace
}  // namespace convoy
