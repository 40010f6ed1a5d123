// From the data set's bytes to a mini-batch's input.

#include "augment.inl.h"

// Sums over images of every pixel and of its square.
void sum_pixels(const SumPixels& s, Range images) {
  const long floats_per_image = s.samples.floats_per_image;
  int32_t* __restrict sum = s.sums;
  int32_t* __restrict square = s.squares;
  for (long i = 0; i < floats_per_image; i++) sum[i] = square[i] = 0;
  for (long image = images.first; image < images.first + images.count; image++) {
    const uint8_t* __restrict from = s.samples.pixels + s.samples.ids[image] * floats_per_image;
    for (long i = 0; i < floats_per_image; i++) {
      const int32_t pixel = from[i];
      sum[i] += pixel;
      square[i] += pixel * pixel;
    }
  }
}

void assemble_images(const AssembleImages& a, Range images) {
  const Samples samples = a.assembly.samples;
  const float* mean = a.assembly.mean;
  const float* scale = a.assembly.scale;
  const long floats_per_image = samples.floats_per_image;
  for (long image = images.first; image < images.first + images.count; image++) {
    const uint8_t* from = samples.pixels + samples.ids[image] * floats_per_image;
    float* to = a.assembly.x + image * floats_per_image;
    long i = 0;
    for (; i + kLanes <= floats_per_image; i += kLanes) {
      VB bytes;
      __builtin_memcpy(&bytes, from + i, sizeof bytes);
      store(to + i, (__builtin_convertvector(bytes, V) - load(mean + i)) * load(scale + i));
    }
    for (; i < floats_per_image; i++) to[i] = (float(from[i]) - mean[i]) * scale[i];
  }
}

// Elements that are put in lanes at a time: written image by image, a bundle's elements would pass through the cache once an image.
constexpr long kAssembledElements = 64;
// Elements of each image that are asked for before they are needed. Images lie anywhere in the data, so that nobody else foresees what is next.
constexpr long kElementsAhead = 1024;

// Some elements of one bundle's images; lanes without an image are zero.
void assemble_lanes(const AssembleLanes& a, long bundle, long images, Range elements) {
  const Samples samples = a.assembly.samples;
  const float* mean = a.assembly.mean;
  const float* scale = a.assembly.scale;
  float* x = a.assembly.x + bundle * samples.floats_per_image * BUNDLE_IMAGES;
  const long end = elements.first + elements.count;
  const uint8_t* from[BUNDLE_IMAGES];
  for (long lane = 0; lane < images; lane++) {
    from[lane] = samples.pixels + samples.ids[bundle * BUNDLE_IMAGES + lane] * samples.floats_per_image;
    for (long i = elements.first; i < min(end, elements.first + kElementsAhead); i += kAssembledElements)
      __builtin_prefetch(from[lane] + i);
  }
  uint8_t bytes[kAssembledElements][BUNDLE_IMAGES] = {};
  for (long first = elements.first; first < end; first += kAssembledElements) {
    const long count = min(kAssembledElements, end - first);
    for (long lane = 0; lane < images; lane++) {
      if (first + kElementsAhead < end) __builtin_prefetch(from[lane] + first + kElementsAhead);
      for (long i = 0; i < count; i++) bytes[i][lane] = from[lane][first + i];
    }
    for (long i = 0; i < count; i++) {
      const V element_mean = splat(mean[first + i]), element_scale = splat(scale[first + i]);
      for (long lane = 0; lane < BUNDLE_IMAGES; lane += kLanes) {
        VB some;
        __builtin_memcpy(&some, bytes[i] + lane, sizeof some);
        store(x + (first + i) * BUNDLE_IMAGES + lane, (__builtin_convertvector(some, V) - element_mean) * element_scale);
      }
    }
  }
  if (images < BUNDLE_IMAGES) clear_lanes_of(x, images, elements);
}

constexpr AssemblyKernels kAssemblyKernels = {
    {assemble_images}, {assemble_lanes}, {assemble_augmented_images}, {assemble_augmented_lanes}, {sum_pixels},
};
