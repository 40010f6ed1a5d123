// The panels of a packed matrix: products.inl.h.
#pragma once

#include "constants.h"
#include "sizes.h"

namespace convoy {

// Panels of a packed matrix with that many columns.
constexpr long count_panels(long columns) { return (columns + PANEL_COLUMNS - 1) / PANEL_COLUMNS; }
constexpr long packed_floats(long rows, long columns) { return product(rows, count_panels(columns), PANEL_COLUMNS); }

}  // namespace convoy
