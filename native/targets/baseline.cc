// For any processor: compiled with the compiler's default flags.
#include "../kernel-table.h"

namespace convoy {
namespace baseline {
namespace {

#include "vec-portable.inl.h"

#include "kernels.inl.h"

}  // namespace

extern const KernelTable kTable;
const KernelTable kTable = make_table("baseline");

}  // namespace baseline
}  // namespace convoy
