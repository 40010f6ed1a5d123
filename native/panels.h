// The panels of a packed matrix: products.inl.h.
#pragma once

#include <cstddef>

#include "constants.h"

namespace convoy {

// Panels of a packed matrix with that many columns.
constexpr long count_panels(long columns) { return (columns + PANEL_COLUMNS - 1) / PANEL_COLUMNS; }
constexpr size_t packed_floats(long rows, long columns) { return size_t(rows) * count_panels(columns) * PANEL_COLUMNS; }

}  // namespace convoy
