#pragma once

#include <cstdint>

namespace convoy {

struct PhiloxKey {
  uint32_t low, high;
};

}  // namespace convoy
