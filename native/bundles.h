// Bundles of 16 images in lanes: kernels/lanes.inl.h.
#pragma once

#include <cstddef>

#include "constants.h"
#include "family.h"

namespace convoy {

// Floats of one bundle.
constexpr size_t bundle_floats(size_t floats_per_image) { return floats_per_image * BUNDLE_IMAGES; }

// Whether some bundles, one at least, are those of a mini-batch of so many images.
constexpr bool are_bundles(Range some, long images) { return some.count > 0 && images > (some.first + some.count - 1) * BUNDLE_IMAGES; }

}  // namespace convoy
