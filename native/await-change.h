// Waiting for a word that another thread is about to change, without giving up the thread's place on its core at once.
#pragma once

#include <cstdint>
#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#else
#include <sched.h>
#endif

namespace convoy {

// Some microseconds, in which most phases of small layers end; a look costs no more than a read of the cache.
constexpr int kLooks = 100;
// Then some hundred microseconds, where a wake-up costs up to a hundred; each gives the core away if another thread wants it.
constexpr int kYields = 1000;

inline void relax_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

inline void yield_core() {
#ifdef _WIN32
  SwitchToThread();
#else
  sched_yield();
#endif
}

// Returns when *word is another value, or after a while.
inline void await_change(const int32_t* word, int32_t value) {
  const auto is_changed = [&] { return __atomic_load_n(word, __ATOMIC_SEQ_CST) != value; };
  for (int i = 0; i < kLooks; i++) {
    if (is_changed()) return;
    relax_core();
  }
  for (int i = 0; i < kYields; i++) {
    if (is_changed()) return;
    yield_core();
  }
}

}  // namespace convoy
