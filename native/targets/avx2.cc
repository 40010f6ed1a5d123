// Compiled with this instruction set's flags: nothing here may run, or be linked from elsewhere, before targets.cc has
// seen that the processor has it.
#include <immintrin.h>

#include "../kernel-table.h"

namespace convoy {
namespace avx2 {
namespace {

#include "vec-avx2.inl.h"

#include "kernels.inl.h"

}  // namespace

extern const KernelTable kTable;
const KernelTable kTable = make_table("avx2");

}  // namespace avx2
}  // namespace convoy
