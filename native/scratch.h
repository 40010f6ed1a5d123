// One kernel set's memory for what need not outlive a call. Kernels book it while they are bound, so nothing is allocated in a step.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "pages.h"

namespace convoy {

class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(memory_); }

  float* floats() const { return floats_; }

  // Makes room for at least so many floats. False if there is no such memory.
  bool book(long floats) {
    if (floats <= booked_) return true;
    void* memory = std::malloc((size_t(floats) + 2 * kGuardFloats) * sizeof(float) + kAlignment);
    if (!memory) return false;
    std::free(memory_);
    memory_ = memory;
    booked_ = floats;
    const uintptr_t first = reinterpret_cast<uintptr_t>(memory) + kGuardFloats * sizeof(float);
    floats_ = reinterpret_cast<float*>((first + kAlignment - 1) / kAlignment * kAlignment);
    for (long i = 0; i < kGuardFloats; i++) floats_[i - kGuardFloats] = floats_[booked_ + i] = kGuard;
    prefer_huge_pages(floats_, size_t(floats) * sizeof(float));
    return true;
  }

  // Whether nobody has written before or behind it; the kernel suite asks.
  bool is_intact() const {
    bool intact = true;
    for (long i = 0; booked_ && i < kGuardFloats; i++) {
      intact = intact && floats_[i - kGuardFloats] == kGuard && floats_[booked_ + i] == kGuard;
    }
    return intact;
  }

 private:
  // A cache line, and the widest vector.
  static constexpr uintptr_t kAlignment = 64;
  // More than a vector of any instruction set.
  static constexpr long kGuardFloats = 32;
  static constexpr float kGuard = -7.0e22f;

  void* memory_ = nullptr;
  float* floats_ = nullptr;
  long booked_ = 0;
};

}  // namespace convoy
