// Packed products of matrices, and sums of rows.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

napi_value matmul_scratch_floats(Call& call) {
  const long k = call.integer();
  return call.ok ? call.give(call.kernels->matmul_scratch_floats(k)) : nullptr;
}

template <void (*KernelTable::*kernel)(long, long, const float*, float*, Range), bool transposed>
napi_value pack(Call& call) {
  const long rows = call.integer(1), columns = call.integer(1);
  const auto b = call.floats(), packed = call.floats();
  const Range panels = call.range();
  call.holds(b, size_t(rows) * columns);
  call.holds(packed, transposed ? packed_floats(columns, rows) : packed_floats(rows, columns));
  call.expect(end(panels) <= size_t(count_panels(transposed ? rows : columns)), "panels of the matrix");
  if (call.ok) (call.kernels->*kernel)(rows, columns, b.data, packed.data, panels);
  return nullptr;
}

napi_value matmul(Call& call) {
  const long m = call.integer(), n = call.integer(1), k = call.integer(1);
  const auto a = call.floats(), packed = call.floats(), bias = call.floats_or_null(), c = call.floats(), scratch = call.floats();
  const Range panels = call.range();
  if (!call.ok) return nullptr;
  call.holds(a, size_t(m) * k);
  call.holds(packed, packed_floats(k, n));
  if (bias.data) call.holds(bias, n);
  call.holds(c, size_t(m) * n);
  call.holds(scratch, call.kernels->matmul_scratch_floats(k));
  call.expect(end(panels) <= size_t(count_panels(n)), "panels of the matrix");
  if (call.ok) call.kernels->matmul(m, n, k, a.data, packed.data, bias.data, c.data, scratch.data, panels);
  return nullptr;
}

napi_value sum_rows(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), sums = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(sums, channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->sum_rows(channels, x.data, sums.data, scratch.data, rows);
  return nullptr;
}

napi_value channel_scratch_floats(Call& call) {
  const long channels = call.integer(1);
  return call.ok ? call.give(call.kernels->channel_scratch_floats(channels)) : nullptr;
}

constexpr Export kProducts[] = {
    {"matmulScratchFloats", invoke<matmul_scratch_floats>},
    {"channelScratchFloats", invoke<channel_scratch_floats>},
    {"pack", invoke<pack<&KernelTable::pack, false>>},
    {"packTransposed", invoke<pack<&KernelTable::pack_transposed, true>>},
    {"matmul", invoke<matmul>},
    {"sumRows", invoke<sum_rows>},
};

}  // namespace
}  // namespace convoy
