// Which targets were compiled, and which of them this processor can run.
#include <cstring>

#include "kernel-table.h"

namespace convoy {

namespace baseline {
extern const KernelTable kTable;
}
#if defined(__x86_64__)
namespace avx2 {
extern const KernelTable kTable;
}
namespace avx512 {
extern const KernelTable kTable;
}
#elif defined(__aarch64__)
namespace neon {
extern const KernelTable kTable;
}
#endif

namespace {

struct Target {
  const KernelTable* table;
  bool supported;
};

// The fastest first.
template <typename Visit>
void for_each_target(Visit visit) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool wide = fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512vl");
  visit(Target{&avx512::kTable, wide});
  visit(Target{&avx2::kTable, fma});
#elif defined(__aarch64__)
  visit(Target{&neon::kTable, true});
#endif
  visit(Target{&baseline::kTable, true});
}

}  // namespace

const KernelTable* find_table(const char* name) {
  const KernelTable* found = nullptr;
  for_each_target([&](const Target& target) {
    if (target.supported && std::strcmp(target.table->name, name) == 0) found = target.table;
  });
  return found;
}

int list_supported(const char** names) {
  int count = 0;
  for_each_target([&](const Target& target) {
    if (target.supported) names[count++] = target.table->name;
  });
  return count;
}

}  // namespace convoy
