// Batch normalisation's work, channel by channel.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

napi_value channel_moments(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), mean = call.floats(), squares = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(mean, channels);
  call.holds(squares, channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->channel_moments(channels, x.data, mean.data, squares.data, scratch.data, rows);
  return nullptr;
}

napi_value scale_channels(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), scale = call.floats(), shift = call.floats(), y = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(scale, channels);
  call.holds(shift, channels);
  call.holds(y, end(rows) * channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->scale_channels(channels, x.data, scale.data, shift.data, y.data, scratch.data, rows);
  return nullptr;
}

napi_value channel_gradient_sums(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), dy = call.floats(), mean = call.floats(), sums = call.floats(), products = call.floats();
  const auto scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(dy, end(rows) * channels);
  call.holds(mean, channels);
  call.holds(sums, channels);
  call.holds(products, channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) {
    call.kernels->channel_gradient_sums(channels, x.data, dy.data, mean.data, sums.data, products.data, scratch.data, rows);
  }
  return nullptr;
}

napi_value combine_channels(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), dy = call.floats(), a = call.floats(), b = call.floats(), d = call.floats(), dx = call.floats();
  const auto scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(dy, end(rows) * channels);
  call.holds(a, channels);
  call.holds(b, channels);
  call.holds(d, channels);
  call.holds(dx, end(rows) * channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->combine_channels(channels, x.data, dy.data, a.data, b.data, d.data, dx.data, scratch.data, rows);
  return nullptr;
}

constexpr Export kChannels[] = {
    {"channelMoments", invoke<channel_moments>},
    {"scaleChannels", invoke<scale_channels>},
    {"channelGradientSums", invoke<channel_gradient_sums>},
    {"combineChannels", invoke<combine_channels>},
};

}  // namespace
}  // namespace convoy
