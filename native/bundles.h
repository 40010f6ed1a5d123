// Bundles of 16 images in lanes: kernels/lanes.inl.h.
#pragma once

#include <cstddef>

#include "constants.h"

namespace convoy {

// Floats of one bundle.
constexpr size_t bundle_floats(size_t floats_per_image) { return floats_per_image * BUNDLE_IMAGES; }

// Whether a bundle is one of a mini-batch of so many images.
constexpr bool is_bundle(long bundle, long images) { return bundle >= 0 && images > bundle * BUNDLE_IMAGES; }

}  // namespace convoy
