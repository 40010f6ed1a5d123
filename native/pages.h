#pragma once

#include <cstddef>
#include <cstdint>
#ifndef _WIN32
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace convoy {

// Asks for huge pages behind an array, of which only whole ones count. A wish: what comes of it does not matter.
inline void prefer_huge_pages(void* array, size_t size_bytes) {
#ifdef MADV_HUGEPAGE
  constexpr uintptr_t kHugePage = uintptr_t(1) << 21;
  const uintptr_t first = reinterpret_cast<uintptr_t>(array), end = first + size_bytes;
  const uintptr_t begin = (first + kHugePage - 1) / kHugePage * kHugePage;
  if (begin + kHugePage <= end) madvise(reinterpret_cast<void*>(begin), (end - begin) / kHugePage * kHugePage, MADV_HUGEPAGE);
#else
  (void)array, (void)size_bytes;
#endif
}

// Gives the system back what is behind an array, of which only whole pages count; they are zero when they are next read. Where that cannot be
// said of the system, nothing happens.
inline void give_back_pages(void* array, size_t size_bytes) {
#ifdef __linux__
  const uintptr_t page = sysconf(_SC_PAGESIZE), first = reinterpret_cast<uintptr_t>(array);
  const uintptr_t begin = (first + page - 1) / page * page, end = (first + size_bytes) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
#else
  (void)array, (void)size_bytes;
#endif
}

}  // namespace convoy
