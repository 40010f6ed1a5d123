// Groups of images in lanes: sums, zeros, and the way from and to images one after another.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

napi_value sum_channel_lanes(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), sums = call.floats();
  call.holds(x, group_floats(1, channels));
  call.holds(sums, channels);
  if (call.ok) call.kernels->sum_channel_lanes(channels, x.data, sums.data);
  return nullptr;
}

napi_value clear_lanes(Call& call) {
  const auto x = call.floats();
  const long images = call.integer();
  const Range elements = call.range();
  call.expect(images <= GROUP_IMAGES, "at most 16 images");
  call.holds(x, group_floats(1, end(elements)));
  if (call.ok) call.kernels->clear_lanes(x.data, images, elements);
  return nullptr;
}

// Both ways: from groups to images one after another, and back.
template <void (*KernelTable::*kernel)(const float*, float*, long, long), bool from_lanes>
napi_value move_lanes(Call& call) {
  const auto from = call.floats(), to = call.floats();
  const long floats_per_image = call.integer(1), group = call.integer(), images = call.integer();
  call.expect(images <= GROUP_IMAGES, "at most 16 images");
  call.holds(from_lanes ? from : to, group_floats(group + 1, floats_per_image));
  call.holds(from_lanes ? to : from, size_t(group * GROUP_IMAGES + images) * floats_per_image);
  const size_t offset = group_floats(group, floats_per_image);
  if (call.ok) (call.kernels->*kernel)(from.data + offset, to.data + offset, floats_per_image, images);
  return nullptr;
}

constexpr Export kLanes[] = {
    {"sumChannelLanes", invoke<sum_channel_lanes>},
    {"clearLanes", invoke<clear_lanes>},
    {"gatherLanes", invoke<move_lanes<&KernelTable::gather_lanes, true>>},
    {"scatterLanes", invoke<move_lanes<&KernelTable::scatter_lanes, false>>},
};

}  // namespace
}  // namespace convoy
