// Sizes that several entries check.
#pragma once

#include "../call.h"

namespace convoy {

inline size_t end(Range range) { return size_t(range.first + range.count); }

// Panels of a packed matrix with that many columns.
inline long count_panels(long columns) { return (columns + PANEL_COLUMNS - 1) / PANEL_COLUMNS; }
inline size_t packed_floats(long rows, long columns) { return size_t(rows) * count_panels(columns) * PANEL_COLUMNS; }

// Groups of 16 images (see kernels/lanes.inl.h): the floats of `groups` of them.
inline size_t group_floats(size_t groups, size_t floats_per_image) { return groups * floats_per_image * GROUP_IMAGES; }

inline bool is_ungrouped(Call& call, const Geometry& g) { return call.expect(g.groups == 1, "a geometry of one group"); }

// Images of a group, of so many in the mini-batch.
inline long images_of(Call& call, long group, long images) {
  call.expect(group * GROUP_IMAGES < images, "a group of the mini-batch's");
  const long left = images - group * GROUP_IMAGES;
  return left < GROUP_IMAGES ? left : GROUP_IMAGES;
}

}  // namespace convoy
