// Where branches meet.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

napi_value add_elements(Call& call) {
  const auto a = call.floats(), b = call.floats(), sum = call.floats();
  const Range elements = call.range();
  call.holds(a, end(elements));
  call.holds(b, end(elements));
  call.holds(sum, end(elements));
  if (call.ok) call.kernels->add_elements(a.data, b.data, sum.data, elements);
  return nullptr;
}

napi_value copy_columns(Call& call) {
  const long columns = call.integer();
  const auto x = call.floats();
  const ColumnRun from{call.integer(1), call.integer()};
  const auto y = call.floats();
  const ColumnRun to{call.integer(1), call.integer()};
  const Range rows = call.range();
  call.expect(from.first + columns <= from.width && to.first + columns <= to.width, "columns inside both matrices");
  call.holds(x, end(rows) * from.width);
  call.holds(y, end(rows) * to.width);
  if (call.ok) call.kernels->copy_columns(columns, x.data, from, y.data, to, rows);
  return nullptr;
}

constexpr Export kJoins[] = {
    {"addElements", invoke<add_elements>},
    {"copyColumns", invoke<copy_columns>},
};

}  // namespace
}  // namespace convoy
