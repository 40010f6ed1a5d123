// Which targets were compiled, and which of them this processor can run.
#include <cstring>

#include "kernel-table.h"

namespace convoy {

// The fastest first: the name of each, and whether this processor has it.
#if defined(__x86_64__)
#define CONVOY_TARGETS(TARGET) \
  TARGET(avx512, has_avx512()) \
  TARGET(avx2, has_avx2())     \
  TARGET(baseline, true)
#elif defined(__aarch64__)
#define CONVOY_TARGETS(TARGET) \
  TARGET(neon, true)           \
  TARGET(baseline, true)
#else
#define CONVOY_TARGETS(TARGET) TARGET(baseline, true)
#endif

#define CONVOY_DECLARE(name, supported) \
  namespace name {                      \
  extern const KernelTable kTable;      \
  }
CONVOY_TARGETS(CONVOY_DECLARE)
#undef CONVOY_DECLARE

namespace {

struct Target {
  const KernelTable* table;
  bool supported;
};

#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

template <typename Visit>
void for_each_target(Visit visit) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
#define CONVOY_VISIT(name, supported) visit(Target{&name::kTable, supported});
  CONVOY_TARGETS(CONVOY_VISIT)
#undef CONVOY_VISIT
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
