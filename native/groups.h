// Groups of 16 images in lanes: kernels/lanes.inl.h.
#pragma once

#include <cstddef>

#include "constants.h"

namespace convoy {

// Floats of one group.
constexpr size_t group_floats(size_t floats_per_image) { return floats_per_image * GROUP_IMAGES; }

// Whether a group is one of a mini-batch of so many images.
constexpr bool is_group(long group, long images) { return group >= 0 && images > group * GROUP_IMAGES; }

}  // namespace convoy
