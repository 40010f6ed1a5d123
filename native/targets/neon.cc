// Compiled with this instruction set's flags: nothing here may run, or be linked from elsewhere, before targets.cc has
// seen that the processor has it.
#include <arm_neon.h>

#include "../kernel-table.h"

namespace convoy {
namespace neon {
namespace {

#include "vec-neon.inl.h"

#include "kernels.inl.h"

}  // namespace

extern const KernelTable kTable;
const KernelTable kTable = make_table("neon");

}  // namespace neon
}  // namespace convoy
