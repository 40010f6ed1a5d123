// All kernels on one instruction set, which CONVOY_TARGET names: compiled once for each, with its flags and its file of vectors. Nothing here may
// run, or be linked from elsewhere, before targets.cc has seen that the processor has it.
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "../kernel-table.h"

#define CONVOY_QUOTE(text) #text
#define CONVOY_TEXT(text) CONVOY_QUOTE(text)

namespace convoy {
namespace CONVOY_TARGET {
namespace {

// A file's name, not a difference.
// clang-format off
#include CONVOY_TEXT(vec-CONVOY_TARGET.inl.h)
// clang-format on

#include "kernels.inl.h"

}  // namespace

extern const KernelTable kTable;
const KernelTable kTable = make_table(CONVOY_TEXT(CONVOY_TARGET));

}  // namespace CONVOY_TARGET
}  // namespace convoy
