// Builds with the address sanitizer (npm run test:sanitize) look into arenas. An arena is one allocation that is cut into arrays, of which the sanitizer
// knows nothing: a write behind one lands in the next. So while a kernel runs, all of its arenas but what it is bound to is poisoned, as if each array
// were an allocation of its own. In other builds there is nothing of this.
#pragma once

#include <node_api.h>

#include "held-arrays.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace convoy {

// The arenas of all threads.
class ArenaGuard {
 public:
  // Looks after an arena until the thread that allocated it ends, and keeps it until then.
  static void watch(napi_env env, napi_value array, void* data, size_t size_bytes) {
    napi_ref reference = nullptr;
    napi_create_reference(env, array, 1, &reference);
    const std::lock_guard<std::mutex> lock(mutex());
    auto& all = arenas();
    const bool is_first = std::none_of(all.begin(), all.end(), [&](const Arena& arena) { return arena.env == env; });
    if (is_first) napi_add_env_cleanup_hook(env, forget, env);
    all.push_back({env, static_cast<char*>(data), static_cast<char*>(data) + size_bytes});
  }

 private:
  friend class OpenArrays;

  struct Arena {
    napi_env env;
    char* begin;
    char* end;
  };

  static std::vector<Arena>& arenas() {
    static std::vector<Arena> all;
    return all;
  }
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  static void forget(void* env) {
    const std::lock_guard<std::mutex> lock(mutex());
    auto& all = arenas();
    all.erase(std::remove_if(all.begin(), all.end(), [&](const Arena& arena) { return arena.env == env; }), all.end());
  }
};

// As long as it lives, nothing else of its arenas can be touched than these arrays. Poison is for all threads, so one kernel runs at a time.
class OpenArrays {
 public:
  explicit OpenArrays(const HeldArrays& arrays) : lock_(ArenaGuard::mutex()) {
    for (const auto& arena : ArenaGuard::arenas()) {
      bool is_touched = false;
      arrays.for_each([&](const char* data, size_t) { is_touched = is_touched || (data >= arena.begin && data < arena.end); });
      if (is_touched) closed_.push_back(arena);
    }
    for (const auto& arena : closed_) __asan_poison_memory_region(arena.begin, size_t(arena.end - arena.begin));
    arrays.for_each([](const char* data, size_t size_bytes) { __asan_unpoison_memory_region(data, size_bytes); });
  }
  ~OpenArrays() {
    for (const auto& arena : closed_) __asan_unpoison_memory_region(arena.begin, size_t(arena.end - arena.begin));
  }

 private:
  const std::lock_guard<std::mutex> lock_;
  std::vector<ArenaGuard::Arena> closed_;
};

}  // namespace convoy

#else

namespace convoy {

struct OpenArrays {
  explicit OpenArrays(const HeldArrays&) {}
};

}  // namespace convoy

#endif
