#pragma once

#include <climits>

namespace convoy {

// The product of sizes, none of them negative; LONG_MAX, which no array has, where that is more than a long holds.
template <typename... Sizes>
constexpr long product(Sizes... sizes) {
  long result = 1;
  const auto multiply = [&](long size) {
    if (__builtin_mul_overflow(result, size, &result)) result = LONG_MAX;
  };
  (multiply(long(sizes)), ...);
  return result;
}

}  // namespace convoy
