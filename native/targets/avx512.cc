// Compiled with this instruction set's flags: nothing here may run, or be linked from elsewhere, before targets.cc has
// seen that the processor has it.
#include <immintrin.h>

#include "../kernel-table.h"

namespace convoy {
namespace avx512 {
namespace {

#include "vec-avx512.inl.h"

#include "kernels.inl.h"

}  // namespace

extern const KernelTable kTable;
const KernelTable kTable = make_table("avx512");

}  // namespace avx512
}  // namespace convoy
