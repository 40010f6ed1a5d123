// What becomes of parameters: their first values, their gradients' sums, their update.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

napi_value reduce_partials(Call& call) {
  constexpr long kMaxPartials = 1024;
  const auto partials = call.floats();
  const long count = call.integer(1), stride = call.integer();
  const auto out = call.floats();
  const Range elements = call.range();
  call.expect(count <= kMaxPartials, "at most 1024 partial sums");
  call.holds(partials, size_t(count - 1) * stride + end(elements));
  call.holds(out, end(elements));
  if (call.ok) call.kernels->reduce_partials(partials.data, count, stride, out.data, elements);
  return nullptr;
}

napi_value sgd_update(Call& call) {
  const auto w = call.floats(), g = call.floats(), v = call.floats();
  SgdSettings settings{};
  settings.rate = float(call.number());
  settings.momentum = float(call.number());
  settings.weight_decay = float(call.number());
  settings.nesterov = call.boolean();
  const Range elements = call.range();
  call.holds(w, end(elements));
  call.holds(g, end(elements));
  call.holds(v, end(elements));
  return call.ok ? call.give(call.kernels->sgd_update(w.data, g.data, v.data, settings, elements)) : nullptr;
}

napi_value measure_change(Call& call) {
  const auto w = call.floats(), previous = call.floats();
  const Range elements = call.range();
  call.holds(w, end(elements));
  call.holds(previous, end(elements));
  return call.ok ? call.give(double(call.kernels->measure_change(w.data, previous.data, elements))) : nullptr;
}

napi_value average_weights(Call& call) {
  const auto w = call.floats(), slow = call.floats();
  const float share = float(call.number());
  const Range elements = call.range();
  call.holds(w, end(elements));
  call.holds(slow, end(elements));
  if (call.ok) call.kernels->average_weights(w.data, slow.data, share, elements);
  return nullptr;
}

template <void (*KernelTable::*kernel)(float*, double, PhiloxKey, Range)>
napi_value draw(Call& call) {
  const auto values = call.floats();
  const double spread = call.number();
  const PhiloxKey key = call.key();
  const Range elements = call.range();
  call.holds(values, end(elements));
  if (call.ok) (call.kernels->*kernel)(values.data, spread, key, elements);
  return nullptr;
}

constexpr Export kParameters[] = {
    {"reducePartials", invoke<reduce_partials>},
    {"sgdUpdate", invoke<sgd_update>},
    {"measureChange", invoke<measure_change>},
    {"averageWeights", invoke<average_weights>},
    {"drawNormal", invoke<draw<&KernelTable::draw_normal>>},
    {"drawUniform", invoke<draw<&KernelTable::draw_uniform>>},
};

}  // namespace
}  // namespace convoy
