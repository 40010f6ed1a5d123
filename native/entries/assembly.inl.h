// From the data set's bytes to a network's input.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

// The images that one group holds must be samples of the data.
bool holds_samples(Call& call, const Call::Array<int32_t>& sample_ids, Range images, long samples) {
  if (!call.holds(sample_ids, end(images))) return false;
  for (long i = images.first; call.ok && i < images.first + images.count; i++) {
    call.expect(sample_ids.data[i] >= 0 && sample_ids.data[i] < samples, "sample ids inside the data");
  }
  return call.ok;
}

napi_value assemble_lanes(Call& call) {
  const auto pixels = call.bytes();
  const auto sample_ids = call.integers();
  const auto mean = call.floats(), scale = call.floats(), x = call.floats();
  const long floats_per_image = call.integer(1), group = call.integer(), images = call.integer();
  const Range elements = call.range();
  call.expect(images <= kGroupImages, "at most 16 images");
  call.expect(end(elements) <= size_t(floats_per_image), "elements of an image");
  call.holds(mean, floats_per_image);
  call.holds(scale, floats_per_image);
  call.holds(x, group_floats(group + 1, floats_per_image));
  const Range range{group * kGroupImages, images};
  if (call.ok && holds_samples(call, sample_ids, range, long(pixels.length) / floats_per_image)) {
    call.kernels->assemble_lanes(pixels.data, sample_ids.data, mean.data, scale.data,
                                 x.data + group_floats(group, floats_per_image), floats_per_image, range, elements);
  }
  return nullptr;
}

napi_value assemble_images(Call& call) {
  const auto pixels = call.bytes();
  const auto sample_ids = call.integers();
  const auto mean = call.floats(), scale = call.floats(), x = call.floats();
  const long floats_per_image = call.integer(1);
  const Range images = call.range();
  call.holds(mean, floats_per_image);
  call.holds(scale, floats_per_image);
  call.holds(x, end(images) * floats_per_image);
  if (call.ok && holds_samples(call, sample_ids, images, long(pixels.length) / floats_per_image)) {
    call.kernels->assemble_images(pixels.data, sample_ids.data, mean.data, scale.data, x.data, floats_per_image, images);
  }
  return nullptr;
}

napi_value sum_pixels(Call& call) {
  // 255² times so many is below 2³¹.
  constexpr long kMaxSummedImages = 33000;
  const auto pixels = call.bytes();
  const auto sample_ids = call.integers(), sums = call.integers(), squares = call.integers();
  const long floats_per_image = call.integer(1);
  const Range images = call.range();
  call.expect(images.count <= kMaxSummedImages, "at most 33000 images");
  call.holds(sums, floats_per_image);
  call.holds(squares, floats_per_image);
  if (call.ok && holds_samples(call, sample_ids, images, long(pixels.length) / floats_per_image)) {
    call.kernels->sum_pixels(pixels.data, sample_ids.data, sums.data, squares.data, floats_per_image, images);
  }
  return nullptr;
}

constexpr Export kAssembly[] = {
    {"assembleLanes", invoke<assemble_lanes>},
    {"sumPixels", invoke<sum_pixels>},
    {"assembleImages", invoke<assemble_images>},
};

}  // namespace
}  // namespace convoy
