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

// The first arguments of both: channels, lanes, parts, cuts and the parts' two sums.
PartSums part_sums(Call& call) {
  const long channels = call.integer(1), lanes = call.integer(1), parts = call.integer(1);
  const auto cuts = call.integers();
  const auto first = call.floats(), second = call.floats();
  call.expect(lanes == 1 || lanes == GROUP_IMAGES, "sums of 1 or 16 lanes");
  call.holds(cuts, 2 * parts);
  call.holds(first, parts * channels * lanes);
  call.holds(second, parts * channels * lanes);
  if (!call.ok) return {};
  for (long part = 0; part < parts; part++) {
    call.expect(cuts.data[2 * part + 1] >= 0 && cuts.data[2 * part + 1] <= lanes, "cuts with as many lanes at most");
  }
  return {channels, lanes, parts, cuts.data, first.data, second.data};
}

napi_value normalization_coefficients(Call& call) {
  const PartSums sums = part_sums(call);
  const auto scale = call.floats_or_null(), shift = call.floats_or_null();
  const double epsilon = call.number();
  const auto statistics = call.floats(), mean = call.floats(), a = call.floats(), d = call.floats();
  if (!call.ok) return nullptr;
  const size_t width = size_t(sums.channels) * sums.lanes;
  if (scale.data) call.holds(scale, sums.channels);
  if (shift.data) call.holds(shift, sums.channels);
  call.holds(statistics, 3 * sums.channels);
  call.holds(mean, width);
  call.holds(a, width);
  call.holds(d, width);
  if (call.ok) {
    call.kernels->normalization_coefficients(sums, scale.data, shift.data, epsilon, statistics.data, mean.data, a.data, d.data);
  }
  return nullptr;
}

napi_value normalization_gradient_coefficients(Call& call) {
  const PartSums sums = part_sums(call);
  const auto scale = call.floats_or_null();
  const auto statistics = call.floats(), a = call.floats(), b = call.floats(), d = call.floats();
  const auto d_scale = call.floats(), d_shift = call.floats();
  if (!call.ok) return nullptr;
  const size_t width = size_t(sums.channels) * sums.lanes;
  if (scale.data) call.holds(scale, sums.channels);
  call.holds(statistics, 3 * sums.channels);
  call.holds(a, width);
  call.holds(b, width);
  call.holds(d, width);
  call.holds(d_scale, sums.channels);
  call.holds(d_shift, sums.channels);
  if (call.ok) {
    call.kernels->normalization_gradient_coefficients(sums, scale.data, statistics.data, a.data, b.data, d.data, d_scale.data,
                                                      d_shift.data);
  }
  return nullptr;
}

constexpr Export kChannels[] = {
    {"channelMoments", invoke<channel_moments>},
    {"scaleChannels", invoke<scale_channels>},
    {"channelGradientSums", invoke<channel_gradient_sums>},
    {"combineChannels", invoke<combine_channels>},
    {"normalizationCoefficients", invoke<normalization_coefficients>},
    {"normalizationGradientCoefficients", invoke<normalization_gradient_coefficients>},
};

}  // namespace
}  // namespace convoy
