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
  call.expect(images <= GROUP_IMAGES, "at most 16 images");
  call.expect(end(elements) <= size_t(floats_per_image), "elements of an image");
  call.holds(mean, floats_per_image);
  call.holds(scale, floats_per_image);
  call.holds(x, group_floats(group + 1, floats_per_image));
  const Range range{group * GROUP_IMAGES, images};
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

// What both ways to augment read first.
struct AugmentedBatch {
  Call::Array<uint8_t> pixels;
  Call::Array<int32_t> sample_ids, transforms;
  Call::Array<float> mean, scale, x;
  ImageFrame frame;
};

AugmentedBatch read_augmented(Call& call) {
  AugmentedBatch batch;
  batch.pixels = call.bytes();
  batch.sample_ids = call.integers();
  batch.transforms = call.integers();
  batch.mean = call.floats();
  batch.scale = call.floats();
  batch.x = call.floats();
  batch.frame.height = call.integer(1);
  batch.frame.width = call.integer(1);
  batch.frame.channels = call.integer(1);
  batch.frame.reflect = call.boolean();
  call.holds(batch.mean, batch.frame.floats());
  call.holds(batch.scale, batch.frame.floats());
  return batch;
}

// The images must be samples of the data, and shifted by less than their size.
bool can_augment(Call& call, const AugmentedBatch& batch, Range images) {
  const ImageFrame& frame = batch.frame;
  if (!call.ok || !holds_samples(call, batch.sample_ids, images, long(batch.pixels.length) / frame.floats())) return false;
  if (!call.holds(batch.transforms, end(images) * TRANSFORM_WORDS)) return false;
  for (long i = images.first; call.ok && i < images.first + images.count; i++) {
    const int32_t* words = batch.transforms.data + i * TRANSFORM_WORDS;
    const long dy = words[1], dx = words[2];
    call.expect(dy > -frame.height && dy < frame.height && dx > -frame.width && dx < frame.width, "shifts inside the image");
  }
  return call.ok;
}

napi_value assemble_augmented_images(Call& call) {
  const AugmentedBatch batch = read_augmented(call);
  const Range images = call.range();
  call.holds(batch.x, end(images) * batch.frame.floats());
  if (can_augment(call, batch, images)) {
    call.kernels->assemble_augmented_images(batch.pixels.data, batch.sample_ids.data, batch.transforms.data, batch.mean.data,
                                            batch.scale.data, batch.x.data, batch.frame, images);
  }
  return nullptr;
}

napi_value assemble_augmented_lanes(Call& call) {
  const AugmentedBatch batch = read_augmented(call);
  const long group = call.integer(), images = call.integer();
  const Range rows = call.range();
  call.expect(images <= GROUP_IMAGES, "at most 16 images");
  call.expect(end(rows) <= size_t(batch.frame.height), "rows of an image");
  call.holds(batch.x, group_floats(group + 1, batch.frame.floats()));
  const Range range{group * GROUP_IMAGES, images};
  if (can_augment(call, batch, range)) {
    call.kernels->assemble_augmented_lanes(batch.pixels.data, batch.sample_ids.data, batch.transforms.data, batch.mean.data,
                                           batch.scale.data, batch.x.data + group_floats(group, batch.frame.floats()),
                                           batch.frame, range, rows);
  }
  return nullptr;
}

napi_value sum_pixels(Call& call) {
  const auto pixels = call.bytes();
  const auto sample_ids = call.integers(), sums = call.integers(), squares = call.integers();
  const long floats_per_image = call.integer(1);
  const Range images = call.range();
  call.expect(images.count <= MAX_SUMMED_IMAGES, "at most 33000 images");
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
    {"assembleAugmentedImages", invoke<assemble_augmented_images>},
    {"assembleAugmentedLanes", invoke<assemble_augmented_lanes>},
};

}  // namespace
}  // namespace convoy
